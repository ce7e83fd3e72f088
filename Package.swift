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

/// The tests that mirror a module.
func tests(
  of name: String, on others: [Target.Dependency] = [], exclude: [String] = [], resources: [Resource]? = nil
) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name)] + others, exclude: exclude,
    resources: resources, swiftSettings: settings)
}

let flyingFox = Target.Dependency.product(name: "FlyingFox", package: "FlyingFox")
let flyingSocks = Target.Dependency.product(name: "FlyingSocks", package: "FlyingFox")
/// Hummingbird's server, and the parts of SwiftNIO that its connections are set up with.
let http: [Target.Dependency] = [
  .product(name: "HTTPTypes", package: "swift-http-types"),
  .product(name: "HummingbirdCore", package: "hummingbird"),
  .product(name: "Logging", package: "swift-log"),
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOHTTP1", package: "swift-nio"),
  .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
  .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
  .product(name: "NIOPosix", package: "swift-nio"),
]
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let crypto = Target.Dependency.product(
  name: "Crypto", package: "swift-crypto", condition: .when(platforms: [.linux]))

/// Unpacks numpy archives and compressed text; part of macOS and of every Linux.
let zlib = Target.systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])])

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

    .library(
      name: "MicroscopeKit",
      targets: [
        "Attribution", "Calibrations", "CircuitGraphs", "Evaluations", "FeatureDashboards", "Figures",
        "GraphFiles",
        "Interventions", "LinearAlgebra", "ModelCatalogues", "ModelFiles", "ReplacementModels",
        "SpecimenTraining", "Specimens", "Studies", "Tokenizers", "TranscoderTraining", "Transcoders",
        "Transformers",
      ]),
    .executable(name: "microscope", targets: ["microscope"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    // Only for tests: stub servers and raw sockets.
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
  ],
  targets: blasTargets + [
    zlib,
    // Numbers and files.
    .target(name: "_LinearAlgebraShims"),
    module("LinearAlgebra", on: ["_LinearAlgebraShims"] + blas),
    module("ModelFiles", on: ["CZlib", "LinearAlgebra"]),
    module("ModelCatalogues", on: [crypto]),
    module("Tokenizers"),

    // Models.
    module("Transformers", on: ["LinearAlgebra", "ModelFiles", "Tokenizers"]),
    module("Transcoders", on: ["LinearAlgebra", "ModelFiles", .product(name: "Yams", package: "Yams")]),
    module("ReplacementModels", on: ["LinearAlgebra", "Transcoders", "Transformers"]),
    module(
      "Interventions",
      on: ["CircuitGraphs", "LinearAlgebra", "ReplacementModels", "Transcoders", "Transformers"]),
    module(
      "TranscoderTraining",
      on: [
        "LinearAlgebra", "ModelFiles", "Tokenizers", "Transcoders", "Transformers",
        .product(name: "Yams", package: "Yams"),
      ]),
    module("SpecimenTraining", on: ["LinearAlgebra", "ModelFiles", "Transformers"]),
    module("Specimens", on: ["LinearAlgebra", "ModelFiles", "SpecimenTraining", "Transformers"]),
    module(
      "FeatureDashboards",
      on: [
        "LinearAlgebra", "ModelCatalogues", "ModelFiles", "ReplacementModels", "Tokenizers",
        "TranscoderTraining",
        "Transcoders", "Transformers", crypto, grdb,
      ]),

    // Graphs.
    module("CircuitGraphs"),
    module("GraphFiles", on: ["CircuitGraphs", "LinearAlgebra", "ModelFiles"]),
    module(
      "Attribution",
      on: ["CircuitGraphs", "LinearAlgebra", "ReplacementModels", "Transcoders", "Transformers"]),

    module(
      "Evaluations",
      on: [
        "Attribution", "CircuitGraphs", "FeatureDashboards", "Figures", "LinearAlgebra", "ReplacementModels",
        "TranscoderTraining", "Transcoders", "Transformers",
      ], resources: [.copy("Suites")]),
    module(
      "Calibrations",
      on: [
        "Attribution", "CircuitGraphs", "Evaluations", "Figures", "Interventions", "LinearAlgebra",
        "ReplacementModels", "Specimens", "Transcoders", "Transformers",
      ]),

    module(
      "Studies",
      on: [
        "Attribution", "Calibrations", "CircuitGraphs", "Evaluations", "FeatureDashboards", "Figures",
        "GraphFiles", "Interventions", "LinearAlgebra", "LiveServices", "ModelCatalogues",
        "ReplacementModels",
        "SpecimenTraining", "Specimens", "Tokenizers", "Transcoders", "Transformers", yams, crypto,
      ], resources: [.copy("Library")]),

    // People.
    module("Figures"),
    module(
      "Viewer", on: ["CircuitGraphs", "GraphFiles", "ModelFiles"] + http,
      resources: [.copy("Web"), .copy("openapi.json")]),
    module(
      "LiveServices",
      on: [
        "Attribution", "CircuitGraphs", "FeatureDashboards", "GraphFiles", "Interventions", "LinearAlgebra",
        "ModelCatalogues", "ModelFiles", "ReplacementModels", "Tokenizers", "Transcoders", "Transformers",
        "Viewer",
      ]),
    .executableTarget(
      name: "microscope",
      dependencies: [
        "Attribution", "Calibrations", "CircuitGraphs", "Evaluations", "FeatureDashboards", "Figures",
        "GraphFiles",
        "Interventions", "LinearAlgebra", "LiveServices", "ModelCatalogues", "ModelFiles",
        "ReplacementModels", "SpecimenTraining", "Specimens", "Studies", "Tokenizers",
        "TranscoderTraining", "Transcoders", "Transformers", "Viewer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: safeSettings),

    // Tests.
    .target(
      name: "_GraphTestSupport", dependencies: ["CircuitGraphs"], path: "Tests/_GraphTestSupport",
      resources: [.copy("Fixtures")], swiftSettings: safeSettings),
    tests(of: "ModelFiles", on: ["LinearAlgebra", "_TestSupport"], resources: [.copy("Fixtures")]),
    tests(of: "ModelCatalogues", on: [crypto, flyingFox, flyingSocks]),
    tests(of: "Tokenizers", on: ["_TestSupport"], resources: [.copy("Fixtures")]),
    tests(of: "CircuitGraphs", on: ["_GraphTestSupport"]),
    tests(of: "GraphFiles", on: ["CircuitGraphs", "_GraphTestSupport"]),
    tests(
      of: "Viewer", on: ["CircuitGraphs", "GraphFiles", "_GraphTestSupport", flyingSocks],
      exclude: ["Web", "Browser"], resources: [.copy("Fixtures")]),
    module(
      "_TestSupport",
      on: ["LinearAlgebra", "ModelFiles", "ReplacementModels", "Transcoders", "Transformers"],
      resources: [.copy("Goldens")]),
    tests(of: "LinearAlgebra", on: ["_LinearAlgebraShims", "_TestSupport"]),
    tests(
      of: "Transformers",
      on: ["LinearAlgebra", "ModelCatalogues", "ModelFiles", "Tokenizers", "_TestSupport", crypto],
      resources: [.copy("Fixtures")]),
    tests(
      of: "Transcoders", on: ["LinearAlgebra", "ModelFiles", "Transformers", "_TestSupport"],
      resources: [.copy("Fixtures")]),
    tests(
      of: "TranscoderTraining",
      on: [
        "LinearAlgebra", "ModelFiles", "Tokenizers", "Transcoders", "Transformers", "_TestSupport",
      ], resources: [.copy("Fixtures")]),
    tests(
      of: "SpecimenTraining",
      on: ["LinearAlgebra", "ModelFiles", "Tokenizers", "Transformers", "_TestSupport"],
      resources: [.copy("Fixtures")]),
    tests(of: "ReplacementModels", on: ["LinearAlgebra", "Transcoders", "Transformers", "_TestSupport"]),
    tests(
      of: "Attribution",
      on: [
        "CircuitGraphs", "LinearAlgebra", "ModelCatalogues", "ReplacementModels", "Transcoders",
        "Transformers",
        "_TestSupport",
      ]),
    tests(
      of: "Interventions",
      on: [
        "CircuitGraphs", "LinearAlgebra", "ReplacementModels", "Transcoders", "Transformers", "_TestSupport",
      ]),
    tests(
      of: "Evaluations",
      on: [
        "Attribution", "CircuitGraphs", "LinearAlgebra", "ReplacementModels", "TranscoderTraining",
        "Transcoders", "Transformers", "_TestSupport",
      ]),
    .testTarget(
      name: "EndpointTests",
      dependencies: ["FeatureDashboards", "LinearAlgebra", "ModelCatalogues", flyingFox, flyingSocks],
      swiftSettings: settings),
    tests(
      of: "Calibrations",
      on: [
        "CircuitGraphs", "Evaluations", "Interventions", "LinearAlgebra", "SpecimenTraining", "Specimens",
        "Transcoders", "Transformers", "_TestSupport",
      ]),
    tests(of: "Figures"),
    tests(
      of: "Studies",
      on: [
        "Attribution", "CircuitGraphs", "Evaluations", "FeatureDashboards", "Figures", "GraphFiles",
        "Interventions", "LinearAlgebra", "LiveServices", "ReplacementModels", "SpecimenTraining",
        "Specimens",
        "Transcoders", "Transformers", "_TestSupport",
      ]),
    tests(of: "Specimens", on: ["LinearAlgebra", "SpecimenTraining", "Tokenizers", "Transformers"]),
    tests(
      of: "LiveServices",
      on: [
        "CircuitGraphs", "FeatureDashboards", "GraphFiles", "LinearAlgebra", "ModelCatalogues", "Transcoders",
        "Viewer", "_TestSupport",
      ]),
    tests(
      of: "FeatureDashboards",
      on: [
        "LinearAlgebra", "ModelFiles", "Tokenizers", "TranscoderTraining", "Transcoders", "Transformers",
        "_TestSupport", grdb,
      ]),
    tests(
      of: "microscope", on: ["GraphFiles", "LinearAlgebra", "ModelCatalogues", "ModelFiles", "_TestSupport"],
      resources: [.copy("Fixtures")]),
  ])
