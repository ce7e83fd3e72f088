import Foundation
import LinearAlgebra
import ModelFiles
import SpecimenTraining
import Testing
import Tokenizers
import Transformers
import _TestSupport

@Suite("Small transformers as Hugging Face folders")
struct ModelFolderTests {
  private let vocabulary = WordVocabulary(
    words: ["<s>", "</s>", "<unk>", "36", "+", "59", "=", "95", "été", "a", "b", "c", "d"],
    beginning: "<s>", end: "</s>", unknown: "<unk>")

  @Test("A saved model opens as any other, with the same logits", arguments: [false, true])
  func opens(isTied: Bool) throws {
    let folder = TemporaryFolder()
    let parameters = TransformerParameters(random: smallSettings(isTied: isTied))
    try parameters.save(to: folder.path, vocabulary: vocabulary)
    let model = try LanguageModel(path: folder.path)
    #expect(model.transformer.configuration == parameters.settings.configuration)
    let tokens = model.tokenizer.encode("<s> 36 + 59 =  95\n été  Word b")
    #expect(tokens == [0, 3, 4, 5, 6, 7, 8, 2, 10])
    #expect(model.tokenizer.decode(tokens) == "<s> 36 + 59 = 95 été <unk> b")
    #expect(model.tokenizer.addsBOS && model.tokenizer.bosID == 0 && model.tokenizer.eosID == 1)
    #expect(model.endTokens == [1])
    #expect(model.transformer.run(tokens).logits == parameters.transformer().run(tokens).logits)
    let naive = NaiveTransformer(parameters).logits(tokens).flatMap { $0.map { Float($0) } }
    #expect(Difference(model.transformer.run(tokens).logits.storage, naive, absolute: 1e-4) == nil)
  }

  @Test("A model saved in bfloat16 is the nearest one of such numbers, in half of the bytes")
  func rounded() throws {
    let (whole, half) = (TemporaryFolder(), TemporaryFolder())
    let parameters = TransformerParameters(random: smallSettings())
    try parameters.save(to: whole.path, vocabulary: vocabulary)
    try parameters.save(to: half.path, vocabulary: vocabulary, as: .bfloat16)
    let read = try TransformerParameters(smallSettings(), path: half.path)
    for (kept, given) in zip(read.matrices, parameters.matrices) {
      for (number, exact) in zip(kept.storage, given.storage) {
        #expect(abs(number - exact) <= abs(exact) / 256 && number.bitPattern & 0xFFFF == 0)
      }
    }
    let bytes = try [whole, half].map {
      try Data(contentsOf: URL(filePath: $0.path + "/model.safetensors")).count
    }
    #expect(bytes[1] < bytes[0] * 6 / 10)
    let configuration = try String(contentsOf: URL(filePath: half.path + "/config.json"), encoding: .utf8)
    #expect(configuration.contains("\"torch_dtype\" : \"bfloat16\""))
  }

  @Test("Saving twice gives the same bytes, and replaces what was there")
  func repeats() throws {
    let folder = TemporaryFolder()
    let parameters = TransformerParameters(random: smallSettings())
    try TransformerParameters(zeros: smallSettings()).save(to: folder.path, vocabulary: vocabulary)
    try parameters.save(to: folder.path, vocabulary: vocabulary)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names == ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"])
    let read = { try names.map { try Data(contentsOf: URL(filePath: folder.path + "/" + $0)) } }
    let first = try read()
    try parameters.save(to: folder.path, vocabulary: vocabulary)
    #expect(try read() == first)
  }

  @Test("A run can begin with the weights of a folder", arguments: [false, true])
  func starts(isTied: Bool) throws {
    let (base, tuned) = (TemporaryFolder(), TemporaryFolder())
    var settings = smallSettings(isTied: isTied)
    let parameters = TransformerParameters(random: settings)
    try parameters.save(to: base.path, vocabulary: vocabulary)
    settings.peakRate *= 0.1
    settings.seed = 1
    let trainer = try TransformerTrainer(
      settings, source: RandomSequences(), folder: tuned.path, start: .weights(of: base.path))
    #expect(trainer.parameters.embedding == parameters.embedding)
    #expect(trainer.parameters.unembedding == parameters.unembedding)
    for layer in 0..<settings.layers {
      for part in TransformerParameters.Part.allCases {
        #expect(trainer.parameters[part, layer: layer] == parameters[part, layer: layer])
      }
    }
    settings.dMLP += 1
    let error = #expect(throws: TransformerTrainingError.self) {
      try TransformerTrainer(
        settings, source: RandomSequences(), folder: tuned.path, start: .weights(of: base.path))
    }
    #expect(error?.description.isOneSentence == true)
  }

  @Test("Vocabularies that a text cannot be split into are refused with a sentence")
  func vocabularies() {
    let changes: [(inout WordVocabulary) -> Void] = [
      { $0.words[3] = "two words" }, { $0.words[3] = "" }, { $0.words[4] = "36" }, { $0.unknown = "?" },
      { $0.end = "." }, { $0.words.append("more") },
    ]
    for change in changes {
      var changed = vocabulary
      change(&changed)
      let error = #expect(throws: TransformerTrainingError.self) {
        try TransformerParameters(zeros: smallSettings()).save(
          to: TemporaryFolder().path, vocabulary: changed)
      }
      #expect(error?.description.isOneSentence == true)
    }
  }

  @Test("Weights can be written part by part")
  func parts() {
    var parameters = TransformerParameters(zeros: smallSettings())
    var random = SplitMix64(seed: 5)
    for part in TransformerParameters.Part.allCases {
      let old = parameters[part, layer: 1]
      let new = random.matrix(old.rows, old.columns)
      let before = TransformerParameters.Part.allCases.filter { $0 != part }.map { parameters[$0, layer: 1] }
      parameters[part, layer: 1] = new
      #expect(parameters[part, layer: 1] == new)
      #expect(
        TransformerParameters.Part.allCases.filter { $0 != part }.map { parameters[$0, layer: 1] } == before)
    }
  }
}
