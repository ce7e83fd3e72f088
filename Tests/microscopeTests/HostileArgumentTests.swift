import Foundation
import Testing

@Suite("arguments that cannot be used are refused in one sentence", .serialized)
struct HostileArgumentTests {
  @Test("prompts")
  func prompts() async throws {
    let sandbox = try Sandbox()
    let model = ["--model", try TinyModel.path()]
    let files = [
      try sandbox.file("empty.txt", ""), try sandbox.file("nul.txt", "a\0b"),
      try sandbox.file("latin.txt", Data([0x63, 0x61, 0x66, 0xE9])), sandbox.path("missing.txt"),
      sandbox.path(""),
      try sandbox.file("long.txt", String(repeating: "many words in a row ", count: 50_000)),
      try sandbox.file("solid.txt", String(repeating: "a", count: 1_000_000)), "/dev/zero",
    ]
    let words = ["empty", "NUL", "UTF-8", "exists", "check", "tokens", "tokens", ""]
    for verb in ["run", "trace"] {
      try await sandbox.refuse([verb, ""] + model, "empty")
      for (file, word) in zip(files, words) {
        try await sandbox.refuse([verb, "--prompt-file", file] + model, word, within: 20)
      }
      try await sandbox.refuse([verb, "two", "prompts"] + model, "quotes")
      try await sandbox.refuse([verb] + model, "one prompt")
      try await sandbox.refuse([verb, "x", "--ids", "1"] + model, "one prompt")
      try await sandbox.refuse([verb, "x", "--bos", "999"] + model, "999")
      try await sandbox.refuse([verb, "x", "--bos", "no"] + model, "--bos")
    }
    try await sandbox.refuse(["tokenize", ""] + model, "empty")
  }

  @Test("a prompt that is not UTF-8 is not repaired in silence", arguments: ["run", "trace", "tokenize"])
  func encoding(verb: String) async throws {
    let sandbox = try Sandbox()
    for bytes in ["\\377\\376", "caf\\351", "\\355\\240\\200", "\\303"] {
      let script = "exec \"$0\" \(verb) \"$(printf '\(bytes)')\" \"$@\""
      let before = sandbox.listing
      let outcome = try await sandbox.shell(script, ["--model", try TinyModel.path()])
      sandbox.expectRefusal(outcome, [verb, bytes], "UTF-8", before)
    }
  }

  @Test(
    "token ids",
    arguments: [
      "", ",", "1,", "1,,2", "x", "1;2", "-1", "384", "99999999999999999999999", "1.5", "0x10", "1 2", "١",
      "1,2,\n3x",
    ])
  func ids(text: String) async throws {
    let sandbox = try Sandbox()
    try await sandbox.refuse(["run", "--ids=" + text, "--model", try TinyModel.path()])
  }

  @Test("more token ids than the model reads")
  func manyIDs() async throws {
    let sandbox = try Sandbox()
    let ids = Array(repeating: "1", count: 65).joined(separator: ",")
    try await sandbox.refuse(["trace", "--ids", ids, "--model", try TinyModel.path()], "at most 64")
  }

  @Test(
    "options of trace",
    arguments: [
      ["--target", "xyzzy"], ["--target", ""], ["--target", " of", "--target", " of"], ["--minus", " of"],
      ["--target", " of", "--target", "C", "--minus", "D"], ["--target", " of", "--minus", " of"],
      ["--node-threshold", "1.5"], ["--node-threshold", "nan"], ["--edge-threshold=-0.1"],
      ["--edge-threshold", "inf"], ["--coverage", "2"], ["--logit-mass", "NaN"], ["--logit-mass", "x"],
      ["--max-logits", "0"], ["--max-logits", "99999999999999999999"], ["--max-feature-nodes", "-5"],
      ["--slug", "../x"], ["--slug", ""], ["--slug", "a/b"], ["--slug", "graph-metadata"], ["--slug", "ä"],
      ["--port", "65536"], ["--port=-1"], ["--port", "x"], ["--threads", "0"], ["--threads", "1025"],
      ["--threads", "many"], ["--compat", "other"], ["--batch-size", "4"],
      ["--compat", "circuit-tracer", "--batch-size", "0"], ["--heads", "--head-edges=-1"], ["--qk", "x"],
      ["--qk", "0.0"],
      ["--qk", "0@1"], ["--qk", "0.0@1,2,3"], ["--qk", "0.0@1,"], ["--qk", "99.0@-1"], ["--qk", "0.99@-1"],
      ["--qk", "0.0@99"], ["--qk", "0.0@0,1"], ["--qk=-1.0@0"], ["--qk", "0.0@-99"], ["--no-such-flag"],
      ["--model"], ["-z"],
      ["--slug", "a\nb\u{1B}[2J"], ["--target", "a\nb\u{1B}[2J"],
    ])
  func options(_ more: [String]) async throws {
    let sandbox = try Sandbox()
    try await sandbox.refuse(["trace", "The cat", "--model", try TinyModel.path()] + more)
  }

  @Test(
    "other verbs",
    arguments: [
      ["fly"], ["--fly"], ["doctor", "--threads", "0"], ["doctor", "x"], ["pull"], ["pull", "a", "--list"],
      ["pull", "no such model"], ["serve", "--port", "99999"], ["serve", "--graphs", "/no/such/folder"],
      ["run", "x", "--record", "all"], ["tokenize"], ["help", "fly", "--x"],
    ])
  func verbs(_ arguments: [String]) async throws {
    let sandbox = try Sandbox()
    try await sandbox.refuse(arguments)
  }

  @Test(
    "places to record",
    arguments: ["", "x", "blocks.4.hook_resid_pre", "blocks.-1.hook_resid_pre", "all,all"])
  func record(name: String) async throws {
    let sandbox = try Sandbox()
    try await sandbox.refuse(
      ["run", "x", "--record", name, "--output", "o", "--model", try TinyModel.path()], "place")
  }

  @Test("places where nothing can be written")
  func outputs() async throws {
    let sandbox = try Sandbox()
    let file = try sandbox.file("file", "")
    try FileManager.default.createDirectory(atPath: sandbox.path("folder"), withIntermediateDirectories: true)
    #expect(mkfifo(sandbox.path("pipe"), 0o600) == 0)
    let trace = ["trace", "The cat", "--model", try TinyModel.path()]
    for place in ["", file, file + "/x", "/proc/x", "/dev/null", "/dev/null/x"] {
      try await sandbox.refuse(trace + ["--output", place, "--graph", "raw"])
    }
    for place in [
      "", "folder", "folder/", file + "/x", "no/such/x", "/proc/x", "/dev/full", "/dev/null", "pipe",
    ] {
      try await sandbox.refuse(trace + ["--graph", place, "--output", "folder"])
      try await sandbox.refuse(["run", "The cat", "--model", try TinyModel.path(), "--output", place])
    }
    _ = try sandbox.file("folder/graph-metadata.json", "{")
    try await sandbox.refuse(trace + ["--output", "folder", "--graph", "raw"], "graph-metadata.json")
  }

  @Test(
    "a folder without the right to write", .disabled(if: geteuid() == 0, "the superuser may write anywhere"))
  func permission() async throws {
    let sandbox = try Sandbox()
    try FileManager.default.createDirectory(
      atPath: sandbox.path("folder"), withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o500])
    let model = try TinyModel.path()
    try await sandbox.refuse(["trace", "The cat", "--model", model, "--output", "folder"], "folder")
    try await sandbox.refuse(["run", "The cat", "--model", model, "--output", "folder/x"], "folder")
  }
}
