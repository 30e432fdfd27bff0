@testable import AccessControl
import Testing

@Suite struct PasswordHasherTests {
    private static let cheap = PasswordHasher.Cost(memoryKiB: 64, iterations: 1)

    struct Vector: Sendable, CustomTestStringConvertible {
        var password: String
        var hash: String
        var testDescription: String { hash }
    }

    /// Made by argon2-cffi 25.1.0; the first by the `argon2` command of Debian as well.
    static let vectors = [
        Vector(
            password: "password",
            hash: "$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQ$FqGkmHNGCd0BRW2kBt6fPZ2pPmyGwwChL8FGUhTOSSI"),
        Vector(
            password: "correct horse battery staple",
            hash: "$argon2id$v=19$m=256,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$GbyCn9ippamElHvM8vDnTLmbVG3f1FUSPWgHdyqvTB0"),
        Vector(
            password: "Z\u{FC}rich \u{20AC}5 \u{D55C}",
            hash: "$argon2id$v=19$m=64,t=1,p=1$EBESExQVFhcYGRobHB0eHw$BCdozl2BjjregAdLjn9vdWFixSBO5vxiYqqUwIG/tJ8"),
        Vector(
            password: "two lanes",
            hash: "$argon2id$v=19$m=128,t=2,p=2$AAECAwQFBgcICQoLDA0ODw$hIuTOCnjtPbw12mcLpSNs9aX6gFh0oGsXCpBpmD92vE"),
        Vector(
            password: "",
            hash: "$argon2id$v=19$m=64,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$J9Y1+DPJGXbwHM6YizAZ47mIn2b+a578eg7GY8YFnQc"),
    ]

    @Test(arguments: vectors) func hashesOfAnotherLibraryVerify(_ vector: Vector) async throws {
        let hasher = PasswordHasher(cost: Self.cheap)
        #expect(try await hasher.verify(vector.password, against: vector.hash))
        #expect(try await !hasher.verify(vector.password + "x", against: vector.hash))
    }

    @Test func everyHashHasItsOwnSaltAndVerifies() async throws {
        let hasher = PasswordHasher(cost: Self.cheap, threads: 2)
        let hashes = [try await hasher.hash("Tr0ub4dor&3"), try await hasher.hash("Tr0ub4dor&3")]
        #expect(hashes[0] != hashes[1])
        for hash in hashes {
            #expect(hash.wholeMatch(of: /\$argon2id\$v=19\$m=64,t=1,p=1\$[\w+\/]{22}\$[\w+\/]{43}/) != nil)
            #expect(try await hasher.verify("Tr0ub4dor&3", against: hash))
            #expect(try await !hasher.verify("tr0ub4dor&3", against: hash))
        }
    }

    @Test func keyboardsThatComposeOrSpaceDifferentlyMakeOnePassword() async throws {
        let hasher = PasswordHasher(cost: Self.cheap)
        let decomposed = "Zu\u{308}rich \u{20AC}5\u{A0}\u{1112}\u{1161}\u{11AB}"
        #expect(try await hasher.verify(decomposed, against: Self.vectors[2].hash))
        let fullwidth = try await hasher.hash("\u{FF41}")
        #expect(try await !hasher.verify("a", against: fullwidth))  // NFC, not NFKC
    }

    @Test func anUnknownUserCostsAHashOfTheGreatestCost() async throws {
        let hasher = PasswordHasher(cost: Self.cheap, earlier: [.init(memoryKiB: 1, iterations: 1)])
        #expect(try await !hasher.verify("password", against: nil))
        let impossible = PasswordHasher(cost: Self.cheap, earlier: [.init(memoryKiB: 1, iterations: 10_000)])
        await #expect(throws: PasswordHasher.HashingFailed.self) {
            try await impossible.verify("password", against: nil)
        }
        let hash = try await impossible.hash("password")
        #expect(try await impossible.verify("password", against: hash))
        await #expect(throws: PasswordHasher.HashingFailed.self) {
            try await impossible.verify("wrong", against: hash)  // does what the hash lacks
        }
    }

    @Test(arguments: [
        "", "password", "$argon2id$v=19$m=64,t=2,p=1$c29t", "$argon2i$v=19$m=64,t=2,p=1$c29tZXNhbHQ$FqGk",
    ])
    func whatIsNoHashOfArgon2idIsAnError(_ hash: String) async throws {
        let hasher = PasswordHasher(cost: Self.cheap)
        await #expect(throws: PasswordHasher.HashingFailed.self) { try await hasher.verify("password", against: hash) }
        #expect(try await hasher.needsRehash(hash))
    }

    @Test func passwordsHaveAtMost1024Bytes() async throws {
        let hasher = PasswordHasher(cost: Self.cheap)
        let longest = String(repeating: "é", count: 512)
        #expect(try await hasher.verify(longest, against: hasher.hash(longest)))
        await #expect(throws: PasswordHasher.Unfit.tooLong) { try await hasher.hash(longest + "x") }
        await #expect(throws: PasswordHasher.Unfit.tooLong) { try await hasher.verify(longest + "x", against: nil) }
        // Of such a row Foundation's NFC would leave as much as of a longer one.
        await #expect(throws: PasswordHasher.Unfit.manyMarks) {
            try await hasher.hash("pass\(String(repeating: "\u{344}", count: 40))word")
        }
    }

    @Test func whoeverCannotWaitIsToldAndTheOthersAreServed() async throws {
        let hasher = PasswordHasher(cost: .minimum)
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<1000 {
                group.addTask {
                    do { return try await !hasher.hash("password").isEmpty } catch is PasswordHasher.Busy {
                        return false
                    } catch {
                        Issue.record(error)
                        return false
                    }
                }
            }
            return await group.reduce(into: (served: 0, refused: 0)) {
                if $1 { $0.served += 1 } else { $0.refused += 1 }
            }
        }
        #expect(outcomes.served > PasswordHasher.maximumWaiting)
        #expect(outcomes.refused > 0)
        #expect(try await !hasher.verify("password", against: nil))  // the places are free again
    }

    @Test func whoeverHasGoneCostsNoHash() async throws {
        let hasher = PasswordHasher(cost: .init(memoryKiB: 1, iterations: 1))  // hashing would fail
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await hasher.hash("password")
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    static let needs: [(String, Bool)] = [
        ("$argon2id$v=19$m=1024,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$J9Y1+DPJGXbwHM6YizAZ47mIn2b+a578eg7GY8YFnQc", false),
        ("$argon2id$v=19$m=2048,t=2,p=2$AAECAwQFBgcICQoLDA0ODw$J9Y1+DPJGXbwHM6YizAZ47mIn2b+a578eg7GY8YFnQc", true),
        ("$argon2id$v=19$m=1024,t=4,p=1$AAECAwQFBgcICQoLDA0ODw$J9Y1+DPJGXbwHM6YizAZ47mIn2b+a578eg7GY8YFnQc", true),
        ("$argon2id$v=19$m=1024,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$J9Y1+DPJGXbwHM6YizAZ47mIn2b+a578eg7GY8YFnQc", true),
        ("$argon2id$v=19$m=512,t=9,p=1$AAECAwQFBgcICQoLDA0ODw$J9Y1+DPJGXbwHM6YizAZ47mIn2b+a578eg7GY8YFnQc", true),
        ("$argon2id$v=16$m=1024,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$J9Y1+DPJGXbwHM6YizAZ47mIn2b+a578eg7GY8YFnQc", true),
        ("$argon2d$v=19$m=1024,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$J9Y1+DPJGXbwHM6YizAZ47mIn2b+a578eg7GY8YFnQc", true),
        ("$argon2id$v=19$m=1024,t=3,p=1$c29tZXNhbHQ$J9Y1+DPJGXbwHM6YizAZ47mIn2b+a578eg7GY8YFnQc", true),
        ("$argon2id$v=19$m=1024,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$J9Y1+DPJGXbwHM6YizAZ4w", true),
        ("$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW", true),
    ]

    @Test(arguments: needs) func otherHashesAreMadeAnew(_ hash: String, isOther: Bool) async throws {
        let hasher = PasswordHasher(cost: .init(memoryKiB: 1024, iterations: 3))
        #expect(try await hasher.needsRehash(hash) == isOther)
    }

    /// A wrong password takes as long as that of a user that does not exist, however cheap the hash was.
    @Test func aCheaperHashIsMadeUpFor() {
        let cost = PasswordHasher.Cost(memoryKiB: 1024, iterations: 6)
        func lack(_ old: String) -> PasswordHasher.Cost? {
            PasswordHasher.lack(of: "$argon2id$v=19$\(old)$AAECAwQFBgcICQoLDA0ODw$J9Y1", to: cost)
        }
        #expect(lack("m=1024,t=6,p=1") == nil && lack("m=2048,t=6,p=1") == nil)
        #expect(lack("m=1024,t=2,p=1") == .init(memoryKiB: 1024, iterations: 4))
        #expect(lack("m=512,t=2,p=1") == .init(memoryKiB: 1024, iterations: 5))
        #expect(PasswordHasher.Cost("\(cost)") == cost)
    }

    @Test func calibrationTakesTheBestOfThree() {
        var taken = [40, 20, 60]  // milliseconds, of two iterations
        let cost = PasswordHasher.Cost.calibrated(milliseconds: 100, memoryKiB: 65_536) { _ in
            .milliseconds(taken.removeFirst())
        }
        #expect(cost == .init(memoryKiB: 65_536, iterations: 10) && taken.isEmpty)
    }

    @Test func calibrationNeverGoesBelowTheMinimum() throws {
        #expect(try PasswordHasher.Cost.calibrated(milliseconds: 0, memoryKiB: 8) == .minimum)
        let slow = try PasswordHasher.Cost.calibrated(milliseconds: 60_000, memoryKiB: 20_000)
        #expect(slow.memoryKiB == 20_000 && slow.lanes == 1)
        #expect(slow.iterations > PasswordHasher.Cost.minimum.iterations)  // a hash of 2 takes far less than a minute
    }
}
