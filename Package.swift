// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "mockupaws",
    products: [.executable(name: "mockupaws", targets: ["mockupaws"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        .systemLibrary(name: "CArgon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CSnappy", providers: [.apt(["libsnappy-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),
        .target(name: "CCommonPasswords", exclude: ["common-passwords.txt"]),
        .target(name: "CPriceCatalog", exclude: ["prices.catalog"]),
        .target(
            name: "CostModel",
            dependencies: ["CPriceCatalog", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict
        ),
        .target(name: "Traffic", dependencies: ["CSnappy", "CZlib", "CZstd"], swiftSettings: strict),
        .target(
            name: "AccessControl",
            dependencies: [
                "CArgon2", "CCommonPasswords", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "JWTKit", package: "jwt-kit"),
            ], swiftSettings: strict),
        .target(name: "Caching", swiftSettings: strict),
        .target(name: "Mail", swiftSettings: strict),
        .target(
            name: "SQLDatabase",
            dependencies: [
                "CPostgres", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .target(
            name: "Domain",
            dependencies: [
                "AccessControl", "Caching", "CostModel", "Mail", "Traffic",
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "Yams", package: "Yams"),
            ],
            resources: [.embedInCode("Starters")],
            swiftSettings: strict
        ),
        .target(
            name: "PriceStore",
            dependencies: ["CCurl", "CostModel", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict
        ),
        .target(name: "Reports", dependencies: ["CostModel", "Domain", "Traffic"], swiftSettings: strict),
        .target(
            name: "Storage", dependencies: ["CostModel", "Domain", "SQLDatabase", "Traffic"], swiftSettings: strict),
        .target(
            name: "HTTPAPI",
            dependencies: [
                "AccessControl", "Caching", "CostModel", "Domain", "Traffic",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], resources: [.embedInCode("Documents")], swiftSettings: strict),
        .target(
            name: "App",
            dependencies: [
                "AccessControl", "Caching", "CostModel", "Domain", "HTTPAPI", "Mail", "PriceStore", "SQLDatabase",
                "Storage", .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ], swiftSettings: strict),
        .executableTarget(
            name: "mockupaws",
            dependencies: [
                "App", "CostModel", "Domain", "PriceStore", "Reports", "SQLDatabase", "Storage", "Traffic",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "pricing-benchmark", dependencies: ["CostModel", "Domain", "Traffic"], path: "Sources/Benchmarks",
            swiftSettings: strict),
        .executableTarget(
            name: "limiter-benchmark", dependencies: ["Caching"], path: "Sources/LimiterBenchmark",
            swiftSettings: strict),
        .executableTarget(
            name: "bare-server",
            dependencies: [
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
            ], path: "Sources/BareServer", swiftSettings: strict),
        .executableTarget(
            name: "unsecured-server",
            dependencies: [
                "App", "Domain", "HTTPAPI", "Storage",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ], path: "Sources/UnsecuredServer", swiftSettings: strict),
        .target(
            name: "TestSupport", dependencies: ["SQLDatabase"], path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(
            name: "AccessControlTests",
            dependencies: ["TestSupport", "AccessControl", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict),
        .testTarget(name: "CachingTests", dependencies: ["TestSupport", "Caching"], swiftSettings: strict),
        .testTarget(name: "MailTests", dependencies: ["TestSupport", "Mail"], swiftSettings: strict),
        .testTarget(name: "CostModelTests", dependencies: ["TestSupport", "CostModel"], swiftSettings: strict),
        .testTarget(
            name: "TrafficTests", dependencies: ["TestSupport", "CZlib", "CZstd", "Traffic"], exclude: ["Fixtures"],
            swiftSettings: strict),
        .testTarget(
            name: "DomainTests",
            dependencies: ["TestSupport", "CostModel", "Domain", "Traffic", .product(name: "Yams", package: "Yams")],
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "ReportsTests", dependencies: ["CostModel", "Domain", "Reports", "Traffic"], exclude: ["Fixtures"],
            swiftSettings: strict),
        .testTarget(
            name: "SQLDatabaseTests", dependencies: ["TestSupport", "CPostgres", "SQLDatabase"],
            swiftSettings: strict),
        .testTarget(
            name: "StorageTests",
            dependencies: ["TestSupport", "AccessControl", "CostModel", "Domain", "SQLDatabase", "Storage", "Traffic"],
            swiftSettings: strict),
        .testTarget(
            name: "AppTests",
            dependencies: [
                "TestSupport", "App", "CostModel", "Domain", "PriceStore", "SQLDatabase", "Storage",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
            ], exclude: ["Shippers", "schemathesis.toml"], swiftSettings: strict),
        .testTarget(
            name: "HTTPAPITests",
            dependencies: [
                "TestSupport", "Domain", "HTTPAPI", "Traffic", .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PriceStoreTests", dependencies: ["TestSupport", "CostModel", "PriceStore"],
            resources: [.copy("Fixtures")],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c2x
)
