extension NeuronpediaFeature {
  /// Reads a feature; what is missing beside the names is empty.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func value<Value: Decodable>(_ key: CodingKeys, or fallback: Value) throws -> Value {
      try values.decodeIfPresent(Value.self, forKey: key) ?? fallback
    }
    modelID = try value(.modelID, or: "")
    layer = try values.decode(String.self, forKey: .layer)
    if let number = try? values.decode(Int.self, forKey: .index) {
      index = String(number)
    } else {
      index = try values.decode(String.self, forKey: .index)
    }
    maxActApprox = try value(.maxActApprox, or: 0)
    minAct = try values.decodeIfPresent(Float.self, forKey: .minAct)
    fracNonzero = try value(.fracNonzero, or: 0)
    activePositions = try values.decodeIfPresent(Int.self, forKey: .activePositions)
    meanActivation = try values.decodeIfPresent(Double.self, forKey: .meanActivation)
    raisedTexts = try value(.raisedTexts, or: [])
    raisedValues = try value(.raisedValues, or: [])
    loweredTexts = try value(.loweredTexts, or: [])
    loweredValues = try value(.loweredValues, or: [])
    histogramHeights = try value(.histogramHeights, or: [])
    histogramMiddles = try value(.histogramMiddles, or: [])
    activations = try value(.activations, or: [])
    explanations = try value(.explanations, or: [])
  }
}
