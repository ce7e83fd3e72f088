extension NeuronpediaFeature {
  /// Reads a feature; what is missing beside the names is empty.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func value<Value: Decodable>(_ key: CodingKeys, or fallback: Value) throws -> Value {
      try values.decodeIfPresent(Value.self, forKey: key) ?? fallback
    }
    modelId = try value(.modelId, or: "")
    layer = try values.decode(String.self, forKey: .layer)
    if let number = try? values.decode(Int.self, forKey: .index) {
      index = String(number)
    } else {
      index = try values.decode(String.self, forKey: .index)
    }
    maxActApprox = try value(.maxActApprox, or: 0)
    minAct = try values.decodeIfPresent(Float.self, forKey: .minAct)
    frac_nonzero = try value(.frac_nonzero, or: 0)
    activePositions = try values.decodeIfPresent(Int.self, forKey: .activePositions)
    meanActivation = try values.decodeIfPresent(Double.self, forKey: .meanActivation)
    pos_str = try value(.pos_str, or: [])
    pos_values = try value(.pos_values, or: [])
    neg_str = try value(.neg_str, or: [])
    neg_values = try value(.neg_values, or: [])
    freq_hist_data_bar_heights = try value(.freq_hist_data_bar_heights, or: [])
    freq_hist_data_bar_values = try value(.freq_hist_data_bar_values, or: [])
    activations = try value(.activations, or: [])
    explanations = try value(.explanations, or: [])
  }
}
