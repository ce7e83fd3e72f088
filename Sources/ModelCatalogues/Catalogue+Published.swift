extension Catalogue {
  /// The models on the hub for which transcoders have been published, in the order of their families and sizes.
  static let published = [gemma2, llama1B, llama8B] + qwen3 + gemma3Family

  /// The terms of all Gemma models.
  static let gemmaTerms = Licence(
    name: "Gemma Terms of Use",
    notice:
      "Gemma is provided under and subject to the Gemma Terms of Use, which bind whoever uses the model or passes it on.",
    isGated: true)

  private static let gemma2 = CatalogueEntry(
    id: "gemma-2-2b", title: "Gemma 2 2B (base model)", parameters: 2_614_341_888,
    shape: ModelShape(layers: 26, width: 2304), licence: gemmaTerms,
    sources: [.hub(HubRepository(owner: "google", name: "gemma-2-2b"))],
    transcoders: [
      TranscoderEntry(
        id: "gemma-scope", title: "Gemma Scope, 16,384 features a layer, per layer",
        repository: HubRepository(owner: "mwhanna", name: "gemma-scope-transcoders")),
      TranscoderEntry(
        id: "clt-426k", title: "426,000 features, cross-layer",
        repository: HubRepository(owner: "mntss", name: "clt-gemma-2-2b-426k")),
      TranscoderEntry(
        id: "clt-2.5m", title: "2.5 million features, cross-layer",
        repository: HubRepository(owner: "mntss", name: "clt-gemma-2-2b-2.5M")),
    ])

  private static let llama1B = CatalogueEntry(
    id: "llama-3.2-1b", title: "Llama 3.2 1B (base model)", parameters: 1_235_814_400,
    shape: ModelShape(layers: 16, width: 2048),
    licence: Licence(name: "Llama 3.2 Community License", isGated: true),
    sources: [.hub(HubRepository(owner: "meta-llama", name: "Llama-3.2-1B"))],
    transcoders: [
      TranscoderEntry(
        id: "plt", title: "ReLU, per layer",
        repository: HubRepository(owner: "mntss", name: "transcoder-Llama-3.2-1B")),
      TranscoderEntry(
        id: "clt-524k", title: "524,000 features, cross-layer",
        repository: HubRepository(owner: "mntss", name: "clt-llama-3.2-1b-524k")),
    ])

  private static let llama8B = CatalogueEntry(
    id: "llama-3.1-8b-instruct", title: "Llama 3.1 8B Instruct", parameters: 8_030_261_248,
    shape: ModelShape(layers: 32, width: 4096),
    licence: Licence(name: "Llama 3.1 Community License", isGated: true),
    sources: [.hub(HubRepository(owner: "meta-llama", name: "Llama-3.1-8B-Instruct"))],
    transcoders: [
      TranscoderEntry(
        id: "plt-topk", title: "TopK, per layer",
        repository: HubRepository(owner: "facebook", name: "crv-8b-instruct-transcoders"))
    ])

  private static let qwen3 = [
    qwen3("0.6B", parameters: 596_049_920, layers: 28, width: 1024, set: "-lowl0"),
    qwen3("1.7B", parameters: 1_720_574_976, layers: 28, width: 2048, set: "-lowl0"),
    qwen3("4B", parameters: 4_022_468_096, layers: 36, width: 2560, set: ""),
    qwen3("8B", parameters: 8_190_735_360, layers: 36, width: 4096, set: ""),
    qwen3("14B", parameters: 14_768_307_200, layers: 40, width: 5120, set: "-lowl0"),
  ]

  private static func qwen3(
    _ size: String, parameters: Int, layers: Int, width: Int, set: String
  ) -> CatalogueEntry {
    let id = "qwen3-" + size.lowercased()
    return CatalogueEntry(
      id: id, title: "Qwen 3 \(size)", parameters: parameters,
      shape: ModelShape(layers: layers, width: width),
      licence: Licence(name: "Apache-2.0"),
      sources: [.hub(HubRepository(owner: "Qwen", name: "Qwen3-" + size))],
      transcoders: [
        TranscoderEntry(
          id: "plt", title: "ReLU, per layer",
          repository: HubRepository(owner: "mwhanna", name: "\(id)-transcoders\(set)"))
      ])
  }

  private static let gemma3Family =
    [gemma3("270m-it", parameters: 268_098_176, layers: 18, width: 640)]
    + ["pt", "it"].flatMap { kind in
      [
        gemma3("1b-" + kind, parameters: 999_885_952, layers: 26, width: 1152),
        gemma3("4b-" + kind, parameters: 4_300_079_472, layers: 34, width: 2560),
        gemma3("12b-" + kind, parameters: 12_187_325_040, layers: 48, width: 3840),
        gemma3("27b-" + kind, parameters: 27_432_406_640, layers: 62, width: 5376),
      ]
    }

  private static func gemma3(_ size: String, parameters: Int, layers: Int, width: Int) -> CatalogueEntry {
    CatalogueEntry(
      id: "gemma-3-" + size,
      title:
        "Gemma 3 \(size.dropLast(3).uppercased()) (\(size.hasSuffix("it") ? "instruction-tuned" : "base model"))",
      parameters: parameters, shape: ModelShape(layers: layers, width: width), licence: gemmaTerms,
      sources: [.hub(HubRepository(owner: "google", name: "gemma-3-" + size))],
      transcoders: gemmaScope2(size))
  }

  /// The sets of Gemma Scope 2 for a model, whose repository lists more of them.
  static func gemmaScope2(_ size: String) -> [TranscoderEntry] {
    let repository = { (folder: String) in
      HubRepository(owner: "mwhanna", name: "gemma-scope-2-" + size, folder: folder)
    }
    return [
      TranscoderEntry(
        id: "gemma-scope-2", title: "Gemma Scope 2, 16,384 features a layer with affine skip, per layer",
        repository: repository("transcoder_all/width_16k_l0_small_affine")),
      TranscoderEntry(
        id: "gemma-scope-2-262k",
        title: "Gemma Scope 2, 262,144 features a layer with affine skip, per layer",
        repository: repository("transcoder_all/width_262k_l0_small_affine")),
    ]
      + (["270m-pt", "1b-pt", "1b-it"].contains(size)
        ? [
          TranscoderEntry(
            id: "gemma-scope-2-clt", title: "Gemma Scope 2, 262,144 features with affine skip, cross-layer",
            repository: repository("clt/width_262k_l0_medium_affine"))
        ] : [])
  }
}
