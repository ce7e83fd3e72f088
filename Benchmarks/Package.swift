// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "microscope-benchmarks",
  platforms: [.macOS(.v26)],
  dependencies: [
    .package(name: "microscope", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .executableTarget(
      name: "MicroscopeBenchmarks",
      dependencies: [
        .product(name: "MicroscopeKit", package: "microscope"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ])
  ])
