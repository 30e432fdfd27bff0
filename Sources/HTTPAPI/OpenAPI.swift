import Domain
import HTTPTypes
import HummingbirdCore

/// OpenAPI 3.1, made of the declarations that the requests go through.
struct OpenAPI {
    let document: JSON

    init(_ endpoints: [Endpoint], version: String) {
        var components = Problem.schema.components
        var paths: [(name: String, operations: [JSON.Member])] = []
        for endpoint in endpoints {
            components.merge(endpoint.answer.components) { first, _ in first }
            components.merge(endpoint.body?.components ?? [:]) { first, _ in first }
            let operation = JSON.Member(
                name: endpoint.method.rawValue.lowercased(), value: Self.operation(endpoint))
            if let index = paths.firstIndex(where: { $0.name == endpoint.path }) {
                paths[index].operations.append(operation)
            } else {
                paths.append((endpoint.path, [operation]))
            }
        }
        document = [
            "openapi": "3.1.0",
            "info": [
                "title": "mockupAWS", "version": .string(version),
                "summary": "What a workload will cost on AWS, from its real traffic.",
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "paths": .object(paths.map { JSON.Member(name: $0.name, value: .object($0.operations)) }),
            "components": [
                "schemas": .object(
                    components.sorted { $0.key < $1.key }.map { JSON.Member(name: $0.key, value: $0.value) }),
                "securitySchemes": [
                    "api_key": ["type": "apiKey", "in": "header", "name": "X-API-Key"],
                    "bearer": ["type": "http", "scheme": "bearer"],
                ],
            ],
        ]
    }

    private static func operation(_ endpoint: Endpoint) -> JSON {
        var operation: JSON = [
            "operationId": .string(endpoint.id), "tags": [.string(endpoint.tag)], "summary": .string(endpoint.summary),
        ]
        if endpoint.successor != nil { operation = operation.with([.init(name: "deprecated", value: true)]) }
        if !endpoint.details.isEmpty {
            operation = operation.with([.init(name: "description", value: .string(endpoint.details))])
        }
        if !endpoint.parameters.isEmpty {
            operation = operation.with([
                .init(name: "parameters", value: .array(endpoint.parameters.map(\.openAPI)))
            ])
        }
        if let body = endpoint.body {
            operation = operation.with([
                .init(
                    name: "requestBody",
                    value: [
                        "required": .bool(endpoint.needsBody),
                        "content": .object(
                            endpoint.bodyTypes.map { .init(name: $0, value: ["schema": body.description]) }),
                    ])
            ])
        }
        if let security = security(endpoint.access) {
            operation = operation.with([.init(name: "security", value: security)])
        }
        return operation.with([.init(name: "responses", value: .object(responses(endpoint)))])
    }

    /// What a caller needs; scopes are those of a key.
    private static func security(_ access: Endpoint.Access) -> JSON? {
        switch access {
        case .anyone: nil
        case .user(let scopes):
            [["api_key": .array(scopes.names.map(JSON.string))], ["bearer": .array(scopes.names.map(JSON.string))]]
        case .session: [["bearer": []]]
        case .admin: [["bearer": ["admin"]]]
        }
    }

    private static func responses(_ endpoint: Endpoint) -> [JSON.Member] {
        var success: JSON = ["description": .string(endpoint.status.reasonPhrase)]
        if let answer = endpoint.answer.description {
            success = success.with([
                .init(
                    name: "content",
                    value: .object(
                        [.init(name: endpoint.contentType, value: ["schema": answer])]
                            + endpoint.alternatives.map { .init(name: $0, value: ["schema": $1]) }))
            ])
        }
        if !endpoint.answerHeaders.isEmpty {
            let headers = endpoint.answerHeaders.sorted { $0.key < $1.key }.map { name, doc in
                JSON.Member(name: name, value: ["description": .string(doc), "schema": ["type": "string"]])
            }
            success = success.with([.init(name: "headers", value: .object(headers))])
        }
        let problem: JSON = ["application/problem+json": ["schema": Problem.schema.description]]
        let failures = failures(endpoint).sorted { $0.code < $1.code }.map { status in
            var content = problem
            if let refusal = endpoint.refusal {
                content = problem.with([.init(name: endpoint.contentType, value: ["schema": refusal.description])])
            }
            return JSON.Member(
                name: "\(status.code)",
                value: ["description": .string(status.reasonPhrase), "content": content])
        }
        return [.init(name: "\(endpoint.status.code)", value: success)] + failures
    }

    private static func failures(_ endpoint: Endpoint) -> Set<HTTPResponse.Status> {
        var statuses = Set(endpoint.errors.map(\.status)).union([.internalServerError])
        if endpoint.limit != .none { statuses.insert(.tooManyRequests) }
        if endpoint.successor != nil { statuses.insert(.gone) }
        switch endpoint.access {
        case .anyone: break
        case .user, .session, .admin: statuses.formUnion([.unauthorized, .forbidden, .serviceUnavailable])
        }
        if endpoint.parameters.contains(where: { $0.location == .path }) { statuses.insert(.notFound) }
        if endpoint.parameters.contains(where: { $0.location != .path }) { statuses.insert(.unprocessableContent) }
        if endpoint.parameters.contains(where: { $0.location == .query }) { statuses.insert(.uriTooLong) }
        if endpoint.parameters.contains(where: { $0.location == .header }) {
            statuses.insert(.requestHeaderFieldsTooLarge)
        }
        if endpoint.body != nil {
            statuses.formUnion([.badRequest, .contentTooLarge, .unsupportedMediaType, .unprocessableContent])
        }
        return statuses
    }
}
