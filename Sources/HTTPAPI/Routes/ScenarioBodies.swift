import CostModel
import Domain
import Foundation

struct ScenarioPage: Sendable {
    var page: Page<Scenario>
    var query: ScenarioQuery
}

struct Bulk: Sendable {
    enum Action: String, CaseIterable, Sendable { case create, delete, start, stop, archive }

    var action = Action.create
    var ids: [UUID] = []
    var items: [Scenario.Draft] = []
}

struct BulkResult: Sendable {
    var index: Int
    var scenario: Scenario?
    var problem: Problem?
}

/// The JSON of scenarios.
enum ScenarioBodies {
    /// A workload file as JSON, kept as text.
    static let workload = Schema<String>(
        description: [
            "type": "object",
            "description":
                "A workload file as JSON. Its name and region may be left out: they are the scenario's.",
            "externalDocs": [
                "url": .string(DocumentRoutes.workloadSchemaPath), "description": "The JSON Schema of workloads.",
            ],
            "examples": [["steps": [["sqs": [:]], ["lambda": ["memory_mb": 512, "duration_ms": 100]]]]],
        ]
    ) { json, pointer, problems in
        guard case .object = json else {
            problems.add(pointer, "is \(json.typeName), expected an object")
            return nil
        }
        let count = problems.count
        var place = [pointer]
        let safe = safe(json, &place, &problems)
        guard problems.count == count else { return nil }
        var writer = JSONWriter()
        writer.value(safe)
        return String(decoding: writer.bytes, as: UTF8.self)
    } write: {
        $1.raw($0)
    }

    /// The same with texts as they are kept.
    /// - Parameter place: The tokens of the pointer, which is put together where something is wrong: each has all before
    ///   it.
    private static func safe(_ json: JSON, _ place: inout [String], _ problems: inout WrongMembers) -> JSON {
        switch json {
        case .null, .bool, .number: return json
        case .string(let text):
            return .string(Schema<String>.safe(text, hasLines: true, place.joined(separator: "/"), &problems) ?? "")
        case .array(let elements):
            return .array(
                elements.enumerated().map { index, element in
                    place.append("\(index)")
                    defer { place.removeLast() }
                    return safe(element, &place, &problems)
                })
        case .object(let members):
            return .object(
                members.map { member in
                    let name = Schema<String>.safe(
                        member.name, hasLines: false, place.joined(separator: "/"), &problems)
                    place.append(JSON.pointerToken(member.name))
                    defer { place.removeLast() }
                    return JSON.Member(name: name ?? "", value: safe(member.value, &place, &problems))
                })
        }
    }

    static let regionPattern = "^[a-z]{2}(-[a-z]{2,12}){1,3}-[0-9]{1,2}$"
    static let region = Schema<String>.text(4...32, pattern: regionPattern, isMatch: isRegion, example: "eu-west-1")

    static func isRegion(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard (3...5).contains(parts.count), let first = parts.first, let last = parts.last else { return false }
        let names = parts.dropFirst().dropLast()
        return first.count == 2 && names.allSatisfy { (2...12).contains($0.count) } && (1...2).contains(last.count)
            && ([first] + names).allSatisfy { $0.allSatisfy((UInt8(ascii: "a")...UInt8(ascii: "z")).contains) }
            && last.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
    }

    /// Begins and ends with something to see; no control characters.
    static let trimmedPattern = #"^\#(seen)([^\u0000-\u001f\u007f-\u009f]*\#(seen))?$"#
    private static let seen = #"[^\s\u0000-\u001f\u007f-\u009f]"#

    static func trimmed(_ length: ClosedRange<Int>, example: String? = nil) -> Schema<String> {
        .text(length, pattern: trimmedPattern, isMatch: isTrimmed, example: example)
    }

    static func isTrimmed(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        guard let first = scalars.first, let last = scalars.last else { return false }
        return !first.properties.isWhitespace && !last.properties.isWhitespace
            && !scalars.contains { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) }
    }

    static let tags = Schema<[String]>.list(trimmed(1...64), maximum: 50, isSet: true)
    private static let growth = Schema<Quantity>.decimal(-0.999999...1_000_000)
    private static let sampleRate = Schema<Quantity>.decimal(0.000001...1)

    private static func members(nameIsRequired: Bool) -> [Member<Scenario.Draft>] {
        [
            Member(
                "name", \.name, trimmed(1...Scenario.longestName, example: "checkout"),
                required: nameIsRequired, "Name."
            ),
            Member("description", \.description, .text(hasLines: true), "What it is about."),
            Member("region", \.region, region, "AWS region; us-east-1 unless given."),
            Member("tags", \.tags, tags, "Tags."),
            Member(
                "workload", \.workload, workload, "What traffic passes through; a queue and a function unless given."),
            Member("growth", \.growth, growth, "Expected change of traffic: 0.2 is a fifth more; 0 unless given."),
            Member("sample_rate", \.sampleRate, sampleRate, "Part of the traffic that is sent here; 1 unless given."),
        ]
    }

    static let draft: Schema<Scenario.Draft> = {
        var draft = Schema.request("ScenarioDraft", Scenario.Draft(), members(nameIsRequired: true))
        let read = draft.read
        draft.read = { json, pointer, problems in
            read(json, pointer, &problems).flatMap { settled($0, pointer, &problems) }
        }
        return draft
    }()

    /// A workload file says its region; here the scenario does, and the two must agree.
    private static func settled(
        _ draft: Scenario.Draft, _ pointer: String, _ problems: inout WrongMembers
    ) -> Scenario.Draft? {
        // A workload is kept as JSON that was parsed once: it can be parsed again.
        guard draft.workload.contains("\"region\""), let json = try? JSONParser.parse(Array(draft.workload.utf8)),
            case .object(let members) = json, let region = json["region"]
        else { return draft }
        guard region == .string(draft.region) else {
            let detail =
                "is \(region.text ?? region.typeName), but the scenario's region is \(draft.region); set that one"
            problems.add(pointer + "/workload/region", detail)
            return nil
        }
        var settled = draft
        let rest = JSON.object(members.filter { $0.name != "region" })
        settled.workload = String(decoding: rest.compact, as: UTF8.self)
        return settled
    }
    private static let patchMembers = members(nameIsRequired: false)

    /// Any of the draft's members; ``apply(_:to:)`` reads them once the scenario is known.
    static let patch: Schema<JSON> = {
        let described = Schema.request("ScenarioPatch", Scenario.Draft(), patchMembers)
        var patch = Schema.any(described.description)
        patch.components = described.components
        return patch
    }()

    static func apply(_ patch: JSON, to draft: inout Scenario.Draft) throws {
        var problems = WrongMembers()
        let read = patchMembers.read(patch, over: draft, as: "ScenarioPatch", "", &problems)
        guard let changed = read.flatMap({ settled($0, "", &problems) }) else {
            throw problems.error
        }
        draft = changed
    }

    static let scenario = Schema<Scenario>.answer(
        "Scenario",
        [
            Member(answer: "id", .id, "Id.") { $0.id },
            Member(answer: "status", .choice, "State.") { $0.status },
            Member(answer: "version", .integer(1...Int.max), "Counts changes; also the ETag.") { $0.version },
            Member(answer: "created_at", .time, "Made.") { $0.createdAt },
            Member(answer: "updated_at", .time, "Changed last.") { $0.updatedAt },
            Member(answer: "name", .plain, "Name.") { $0.draft.name },
            Member(answer: "description", .plain, "What it is about.") { $0.draft.description },
            Member(answer: "region", .plain, "AWS region.") { $0.draft.region },
            Member(answer: "tags", .list(.plain), "Tags.") { $0.draft.tags },
            Member(answer: "workload", workload, "What traffic passes through.") { $0.draft.workload },
            Member(answer: "growth", growth, "Expected change of traffic.") { $0.draft.growth },
            Member(answer: "sample_rate", sampleRate, "Part of the traffic that is sent here.") { $0.draft.sampleRate },
        ])

    static let page = Schema<ScenarioPage>.answer(
        "ScenarioPage",
        [
            Member(answer: "items", .list(scenario), "The scenarios of this page.") { $0.page.items },
            Member(answer: "page", .integer(), "This page, from 1.") { $0.query.page },
            Member(answer: "page_size", .integer(), "Scenarios a page.") { $0.query.pageSize },
            Member(answer: "total", .integer(), "Scenarios on all pages.") { $0.page.total },
        ])

    static let bulk = Schema.request(
        "ScenarioBulk", Bulk(),
        [
            Member("action", \.action, .choice, required: true, "What to do with each."),
            Member("ids", \.ids, .list(.id, maximum: 100), "The scenarios, for all but create."),
            Member("items", \.items, .list(draft, maximum: 100), "The scenarios to create."),
        ])

    static let bulkResult = Schema<[BulkResult]>.list(
        .answer(
            "BulkResult",
            [
                Member(answer: "index", .integer(), "Place in the request, from 0.") { $0.index },
                Member(answer: "scenario", scenario.orNull, "As it is now; null when deleted or failed.") {
                    $0.scenario
                },
                Member(answer: "problem", Problem.schema.orNull, "Why this one failed.") { $0.problem },
            ]))
}
