import LinearAlgebra
import ModelFiles
import Testing
import Transcoders

@Suite("Folders in circuit-tracer's format")
struct CircuitTracerFolderTests {
  @Test(
    "A per-layer set is read as it is written, in every float format",
    arguments: [ElementFormat.f32, .f16, .bf16])
  func perLayer(format: ElementFormat) throws {
    var folder = TranscoderFolder.perLayer(thresholds: true, skip: true)
    folder.store(in: format)
    try folder.written { path in
      let set = try TranscoderSet(circuitTracerFolder: path)
      #expect(set.layerCount == 2 && !set.isCrossLayer && set.activation == .jumpReLU)
      #expect(set.input == .mlpIn && set.output == .mlpRawOut && set.modelName == "tiny")
      for (layer, transcoder) in set.transcoders.enumerated() {
        let tensors = try #require(folder.files["layer_\(layer).safetensors"])
        #expect(transcoder.encoder.weights.format == format, "the weights stay as they are stored")
        #expect(transcoder.encoder.weights.floats() == tensors["W_enc"]?.values)
        #expect(transcoder.decoders.map { $0.floats() } == [tensors["W_dec"]?.values])
        #expect(transcoder.encoderBias == tensors["b_enc"]?.values)
        #expect(transcoder.decoderBias == tensors["b_dec"]?.values)
        #expect(transcoder.thresholds == tensors["activation_function.threshold"]?.values)
        #expect(transcoder.skip?.floats() == tensors["W_skip"]?.values, "by output and input")
      }
    }
  }

  @Test(
    "A cross-layer set is read as it is written, with thresholds and without",
    arguments: [ElementFormat.f32, .f16, .bf16], [false, true])
  func crossLayer(format: ElementFormat, thresholds: Bool) throws {
    var folder = TranscoderFolder.crossLayer(thresholds: thresholds)
    folder.store(in: format)
    try folder.written { path in
      let set = try TranscoderSet(circuitTracerFolder: path)
      #expect(set.isCrossLayer && set.activation == (thresholds ? .jumpReLU : .relu))
      #expect(set.input == .residMid && set.output == .mlpOut, "what a cross-layer set reads by default")
      for (layer, transcoder) in set.transcoders.enumerated() {
        let encoding = try #require(folder.files["W_enc_\(layer).safetensors"])
        #expect(transcoder.span == 2 - layer && transcoder.skip == nil)
        #expect(transcoder.encoder.weights.floats() == encoding["W_enc_\(layer)"]?.values)
        #expect(transcoder.encoderBias == encoding["b_enc_\(layer)"]?.values)
        #expect(transcoder.decoderBias == encoding["b_dec_\(layer)"]?.values)
        #expect(transcoder.thresholds == (encoding["threshold_\(layer)"]?.values ?? []))
        let decoder = folder.files["W_dec_\(layer).safetensors"]?["W_dec_\(layer)"]
        let rows = try #require(decoder).rows(of: 4)
        for (output, vectors) in transcoder.decoders.enumerated() {
          let expected = (0..<5).flatMap { rows[$0 * transcoder.span + output] }
          #expect(vectors.floats() == expected)
        }
      }
    }
  }

  @Test("A cross-layer set's skip connection is stored by (input, output), and turned")
  func crossLayerSkip() throws {
    let folder = TranscoderFolder.crossLayer(skip: true)
    try folder.written { path in
      let set = try TranscoderSet(circuitTracerFolder: path)
      for layer in 0..<2 {
        let stored = try #require(folder.files["W_enc_\(layer).safetensors"]?["W_skip_\(layer)"])
        let expected = Matrix(rows: 4, columns: 4, storage: stored.values).transposed()
        #expect(set.transcoders[layer].skip?.widened() == expected)
      }
    }
  }

  @Test(
    "The two kinds' skip connections do the same to an input when their files hold each other's transpose")
  func skipConventions() throws {
    var random = SplitMix64(seed: 3)
    var perLayer = TranscoderFolder.perLayer()
    var crossLayer = TranscoderFolder.crossLayer()
    perLayer.text = perLayer.text.replacing("mlp.hook_in", with: "hook_resid_mid")
    for layer in 0..<2 {
      let skip = TranscoderFolder.Tensor.random([4, 4], &random)
      let turned = Matrix(rows: 4, columns: 4, storage: skip.values).transposed().storage
      perLayer.files["layer_\(layer).safetensors"]?["W_skip"] = skip
      crossLayer.files["W_enc_\(layer).safetensors"]?["W_skip_\(layer)"] = .init(
        shape: [4, 4], values: turned)
    }
    let skips = try [perLayer, crossLayer].map { folder in
      try folder.written { try TranscoderSet(circuitTracerFolder: $0).transcoders.map { $0.skip?.widened() } }
    }
    #expect(skips[0] == skips[1] && skips[0].allSatisfy { $0 != nil })
  }

  @Test("config.yaml names the activation function, the hooks and the set")
  func configuration() throws {
    var folder = TranscoderFolder.perLayer(thresholds: true)
    folder.text = """
      # a comment
      model_name: "some/model"
      model_kind: transcoder_set
      feature_input_hook: ln2.hook_normalized
      feature_output_hook: hook_mlp_out
      activation: TopK
      k: 3
      scan: my/scan
      other: [1, {two: 3}]
      """
    try folder.written { path in
      let set = try TranscoderSet(circuitTracerFolder: path)
      #expect(set.activation == .topK(3) && set.name == "my/scan" && set.modelName == "some/model")
      #expect(set.input == .mlpNormalized && set.output == .mlpOut)
    }
    for (activation, expected) in [("relu", ActivationFunction.relu), ("jumprelu", .jumpReLU)] {
      var named = TranscoderFolder.perLayer(thresholds: true)
      named.text += "\nactivation: \(activation)\nscan: [one, two]\n"
      try named.written { path in
        let set = try TranscoderSet(circuitTracerFolder: path + "/")
        #expect(set.activation == expected)
        #expect(set.name.hasPrefix("transcoders-"), "a list of scans leaves the folder's name: \(set.name)")
      }
    }
  }
}

extension TranscoderFolder.Tensor {
  /// The numbers in rows of `width`.
  fileprivate func rows(of width: Int) -> [[Float]] {
    stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
  }
}

extension TranscoderFolder {
  /// Stores every tensor in `format`.
  mutating func store(in format: ElementFormat) {
    for (file, tensors) in files {
      for name in tensors.keys { files[file]?[name]?.type = .float(format) }
    }
  }
}
