package import Domain
import Foundation
import HTTPTypes
import HummingbirdCore
import Logging

/// `/api/v2/scenarios`: what users do with scenarios.
package struct ScenarioRoutes {
    var scenarios: ScenarioService
    var alarms: Alarms?

    /// - Parameter alarms: Of what is wrong with an item of many; nil raises none.
    package init(scenarios: ScenarioService, alarms: Alarms? = nil) {
        (self.scenarios, self.alarms) = (scenarios, alarms)
    }

    static let scenarioID = Parameter.path("scenario_id", .id, "The scenario.")
    private static let ifMatch = Parameter<String>.header(
        "If-Match",
        .text(1...1_000, pattern: #"^(\*|[0-9]{1,18}|(W/)?"[^"]*"( *, *(W/)?"[^"]*")*)$"#, example: #""3""#),
        "Change only these versions: the ETag of an earlier answer, or several.")

    private static let idempotencyKey = Parameter<String>.header(
        "Idempotency-Key", .header(1...255), "Makes one scenario, however often the request is sent.")

    package var endpoints: [Endpoint] { [create, list, get, replace, change, delete, clone, bulk] + moves }

    private static func endpoint(_ method: HTTPRequest.Method, _ path: String, _ id: String, _ summary: String)
        -> Endpoint
    {
        var endpoint = Endpoint(method, "/api/v2/scenarios\(path)", id: id, tag: "Scenarios", summary)
        endpoint.access = .user(method == .get ? .readScenarios : .writeScenarios)
        return endpoint
    }

    private static func answer(_ scenario: Scenario) -> Answer<Scenario> {
        Answer(scenario, headers: [.eTag: "\"\(scenario.version)\""])
    }

    private var create: Endpoint {
        var endpoint = Self.endpoint(.post, "", "createScenario", "Make a scenario.")
        endpoint.details = "It begins as a draft; start it to send traffic."
        endpoint.parameters = [Self.idempotencyKey]
        endpoint.errors = [.forbidden, .conflict]
        endpoint.answerHeaders = ["Location": "The scenario's path.", "ETag": "Its version."]
        return endpoint.taking(ScenarioBodies.draft, answering: ScenarioBodies.scenario, status: .created) {
            request, draft in
            let scenario = try await scenarios.create(
                draft, by: request.caller, once: try request(Self.idempotencyKey).map { "create:\($0)" })
            var answer = Self.answer(scenario)
            answer.headers[.location] = "/api/v2/scenarios/\(scenario.id.text)"
            return answer
        }
    }

    private static let page = Parameter.query("page", .integer(1...1_000_000), "Page, from 1.")
    private static let pageSize = Parameter.query("page_size", .integer(1...100), "Scenarios a page; 20 unless given.")
    private static let status = Parameter<[Scenario.Status]>.query(
        "status", .list(.choice, maximum: 4, isSet: true), "Only these states, separated by commas.")
    private static let region = Parameter.query("region", .text(1...32), "Only this region.")
    private static let tag = Parameter.query("tag", .text(1...64), "Only with this tag.")
    private static let text = Parameter.query("q", .text(1...200), "Only with this text in name or description.")
    private static let from = Parameter.query("created_from", .time, "Made at this time or later.")
    private static let before = Parameter.query("created_before", .time, "Made before this time.")
    private static let sort = Parameter<ScenarioQuery.Sort>.query("sort", .choice, "created_at unless given.")
    private static let order = Parameter<Order>.query("order", .choice, "desc unless given.")

    enum Order: String, CaseIterable { case asc, desc }

    private var list: Endpoint {
        var endpoint = Self.endpoint(.get, "", "listScenarios", "List your scenarios.")
        endpoint.isKept = true
        endpoint.parameters = [
            Self.page, Self.pageSize, Self.status, Self.region, Self.tag, Self.text, Self.from, Self.before, Self.sort,
            Self.order,
        ]
        endpoint.answerHeaders = ["Link": "RFC 8288: the first, previous, next and last page."]
        return endpoint.answering(ScenarioBodies.page) { request in
            var query = ScenarioQuery()
            query.page = try request(Self.page) ?? 1
            query.pageSize = try request(Self.pageSize) ?? 20
            query.statuses = try request(Self.status) ?? []
            query.region = try request(Self.region)
            query.tag = try request(Self.tag)
            query.text = try request(Self.text)
            query.createdFrom = try request(Self.from)
            query.createdBefore = try request(Self.before)
            query.sort = try request(Self.sort) ?? .createdAt
            query.isDescending = try request(Self.order) != .asc
            let page = try await scenarios.list(query, by: request.caller)
            let links = PageLinks(
                request.request.uri.description, keeping: request.declared, page: query.page, size: query.pageSize,
                of: page.total)
            return Answer(ScenarioPage(page: page, query: query), headers: [.link: links.header])
        }
    }

    private var get: Endpoint {
        var endpoint = Self.endpoint(.get, "/{scenario_id}", "getScenario", "Read a scenario.")
        endpoint.isKept = true
        endpoint.parameters = [Self.scenarioID]
        endpoint.answerHeaders = ["ETag": "Its version."]
        return endpoint.answering(ScenarioBodies.scenario) { request in
            Self.answer(try await scenarios.get(try request.required(Self.scenarioID), by: request.caller))
        }
    }

    private var replace: Endpoint {
        var endpoint = Self.endpoint(
            .put, "/{scenario_id}", "replaceScenario", "Replace what you decide of a scenario.")
        endpoint.details = "Recorded traffic stays and is priced anew."
        endpoint.parameters = [Self.scenarioID, Self.ifMatch]
        endpoint.errors = [.conflict, .preconditionFailed]
        endpoint.answerHeaders = ["ETag": "Its new version."]
        return endpoint.taking(ScenarioBodies.draft, answering: ScenarioBodies.scenario) { request, draft in
            _ = try draft.checked()
            return Self.answer(
                try await scenarios.update(
                    try request.required(Self.scenarioID), versions: try Self.versions(request), by: request.caller
                ) { $0 = draft })
        }
    }

    private var change: Endpoint {
        var endpoint = Self.endpoint(.patch, "/{scenario_id}", "changeScenario", "Change some members of a scenario.")
        endpoint.details = "Members that are left out stay. Recorded traffic stays and is priced anew."
        endpoint.parameters = [Self.scenarioID, Self.ifMatch]
        endpoint.errors = [.conflict, .preconditionFailed]
        endpoint.answerHeaders = ["ETag": "Its new version."]
        return endpoint.taking(ScenarioBodies.patch, answering: ScenarioBodies.scenario) { request, patch in
            var draft = Scenario.Draft()
            draft.name = "any"
            if let region = patch["workload"]?["region"]?.text, patch["region"] == nil { draft.region = region }
            try ScenarioBodies.apply(patch, to: &draft)  // a body that is wrong is told before the version is looked at
            _ = try draft.checked()
            return Self.answer(
                try await scenarios.update(
                    try request.required(Self.scenarioID), versions: try Self.versions(request), by: request.caller,
                    { try ScenarioBodies.apply(patch, to: &$0) }))
        }
    }

    private var delete: Endpoint {
        var endpoint = Self.endpoint(.delete, "/{scenario_id}", "deleteScenario", "Delete a scenario and its traffic.")
        endpoint.parameters = [Self.scenarioID, Self.ifMatch]
        endpoint.errors = [.preconditionFailed]
        return endpoint.answeringNothing { request in
            try await scenarios.delete(
                try request.required(Self.scenarioID), versions: try Self.versions(request), by: request.caller)
        }
    }

    private var clone: Endpoint {
        var endpoint = Self.endpoint(.post, "/{scenario_id}/clone", "cloneScenario", "Make a draft like a scenario.")
        endpoint.details = "Traffic is not copied."
        endpoint.parameters = [Self.scenarioID, Self.idempotencyKey]
        endpoint.errors = [.forbidden, .conflict]
        return endpoint.answering(ScenarioBodies.scenario, status: .created) { request in
            Self.answer(
                try await scenarios.clone(
                    try request.required(Self.scenarioID), by: request.caller,
                    once: try request(Self.idempotencyKey).map { "clone:\($0)" }))
        }
    }

    private var moves: [Endpoint] {
        [("start", Scenario.Status.running), ("stop", .completed), ("archive", .archived)].map { verb, status in
            var endpoint = Self.endpoint(
                .post, "/{scenario_id}/\(verb)", "\(verb)Scenario", "Make a scenario \(status.rawValue).")
            endpoint.details = "A scenario that is \(status.rawValue) already stays as it is."
            endpoint.parameters = [Self.scenarioID]
            endpoint.errors = [.conflict]
            return endpoint.answering(ScenarioBodies.scenario) { request in
                Self.answer(
                    try await scenarios.move(try request.required(Self.scenarioID), to: status, by: request.caller))
            }
        }
    }

    private var bulk: Endpoint {
        var endpoint = Self.endpoint(.post, "/bulk", "changeScenarios", "Create, delete or move up to 100 scenarios.")
        endpoint.details = "Each item succeeds or fails alone; the answer has a result for each, in order."
        endpoint.parameters = [Self.idempotencyKey]
        return endpoint.taking(ScenarioBodies.bulk, answering: ScenarioBodies.bulkResult) { request, bulk in
            let (caller, key) = (try request.caller, try request(Self.idempotencyKey))
            guard bulk.action == .create ? bulk.ids.isEmpty : bulk.items.isEmpty else {
                throw DomainError(.invalid, "items are for create alone, ids for everything else.")
            }
            if bulk.action == .create {
                return Answer(
                    await results(Array(bulk.items.enumerated()), request) { index, draft in
                        try await scenarios.create(draft, by: caller, once: key.map { "bulk \(index):\($0)" })
                    })
            }
            return Answer(
                // A deletion that is sent again finds nothing.
                await results(bulk.ids, request, isRepeatable: bulk.action == .delete) { id in
                    switch bulk.action {
                    case .delete:
                        try await scenarios.delete(id, by: caller)
                        return nil
                    case .start: return try await scenarios.move(id, to: .running, by: caller)
                    case .stop: return try await scenarios.move(id, to: .completed, by: caller)
                    case .archive, .create: return try await scenarios.move(id, to: .archived, by: caller)
                    }
                })
        }
    }

    private func results<Item>(
        _ items: [Item], _ request: APIRequest, isRepeatable: Bool = false, _ act: (Item) async throws -> Scenario?
    ) async -> [BulkResult] {
        var (results, outage): ([BulkResult], DomainError?) = ([], nil)
        for (index, item) in items.enumerated() {
            var result = BulkResult(index: index)
            do {
                if let outage { throw outage }
                result.scenario = try await act(item)
            } catch {
                if let error = error as? DomainError {
                    // Each would wait for the database as long again.
                    if error.code == .unavailable { outage = error }
                    if !isRepeatable { await note(error, request) }
                }
                result.problem = Problem(
                    error, of: request.request, correlationID: request.origin.correlationID, log: request.logger)
            }
            results.append(result)
        }
        return results
    }

    /// The answer says what was done, whether or not an alarm about it could be written.
    private func note(_ error: DomainError, _ request: APIRequest) async {
        do { try await alarms?.note(error, in: request) } catch {
            request.logger.error(
                "an alarm was not noted",
                metadata: ["error": "\(error)", "correlation_id": "\(request.origin.correlationID)"])
        }
    }

    /// RFC 9110's strong comparison: a weak tag matches nothing.
    private static func versions(_ request: APIRequest) throws -> [Int]? {
        guard let tags = try request(ifMatch), tags != "*" else { return nil }
        return tags.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            .compactMap { Int($0.hasPrefix("\"") ? $0.dropFirst().dropLast() : $0[...]) }
    }
}
