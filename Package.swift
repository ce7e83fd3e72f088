// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let safeSettings: [SwiftSetting] = settings + [.strictMemorySafety()]

/// A library module: its name, the modules below it, and nothing else.
func module(
  _ name: String, on dependencies: [Target.Dependency] = [], resources: [Resource]? = nil
) -> Target {
  .target(
    name: name, dependencies: dependencies, resources: resources,
    swiftSettings: name == "LinearAlgebra" ? settings : safeSettings)
}

/// The tests that mirror a module; every test target may also use the test support.
func tests(
  of name: String, on others: [Target.Dependency] = [], resources: [Resource]? = nil
) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name)] + others,
    resources: resources, swiftSettings: settings)
}

let yams = Target.Dependency.product(name: "Yams", package: "Yams")

#if os(macOS)
  let blas: [Target.Dependency] = []
  let blasTargets: [Target] = []
#else
  let blas: [Target.Dependency] = ["COpenBLAS"]
  let blasTargets: [Target] = [
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])])
  ]
#endif

let package = Package(
  name: "microscope",
  platforms: [.macOS(.v26)],
  products: [

    .library(name: "MicroscopeKit", targets: ["Attribution", "GraphFiles"]),
    .executable(name: "microscope", targets: ["microscope"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
  ],
  targets: blasTargets + [
    // Numbers and files.
    .target(name: "_LinearAlgebraShims"),
    module("LinearAlgebra", on: ["_LinearAlgebraShims"] + blas),
    module("ModelFiles", on: ["LinearAlgebra"]),

    // Models.
    module("Transformers", on: ["LinearAlgebra", "ModelFiles"]),
    module("Transcoders", on: ["LinearAlgebra", "ModelFiles", yams]),
    module("ReplacementModels", on: ["LinearAlgebra", "Transcoders", "Transformers"]),

    // Graphs.
    module("CircuitGraphs"),
    module("GraphFiles", on: ["CircuitGraphs", "LinearAlgebra", "ModelFiles"]),
    module("Attribution", on: ["CircuitGraphs", "LinearAlgebra", "ReplacementModels", "Transcoders", "Transformers"]),

    // People.
    .executableTarget(
      name: "microscope",
      dependencies: [
        "Attribution", "CircuitGraphs", "GraphFiles", "LinearAlgebra", "ModelFiles", "ReplacementModels",
        "Transcoders", "Transformers", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: safeSettings),
  ])
