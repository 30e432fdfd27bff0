package import HTTPTypes
import HummingbirdCore

/// Finds the endpoint for a method and a path.
package struct EndpointTable: Sendable {
    private struct Node: Sendable {
        var literals: [Substring: Int] = [:]
        var parameter: (name: String, node: Int)?
        var endpoints: [HTTPRequest.Method: Endpoint] = [:]
    }

    package enum Match: Sendable {
        case endpoint(Endpoint, path: [String: String])
        case otherMethods([HTTPRequest.Method])  // the path is there, not for this method
        case nothing
    }

    private var nodes = [Node()]

    package init(_ endpoints: [Endpoint]) {
        for endpoint in endpoints {
            var position = 0
            for part in endpoint.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
                position = child(part, of: position)
            }
            precondition(nodes[position].endpoints[endpoint.method] == nil, "\(endpoint.id) is declared twice")
            nodes[position].endpoints[endpoint.method] = endpoint
        }
    }

    private mutating func child(_ part: Substring, of position: Int) -> Int {
        if part.hasPrefix("{") {
            if let known = nodes[position].parameter { return known.node }
            nodes[position].parameter = (String(part.dropFirst().dropLast()), nodes.count)
        } else {
            if let known = nodes[position].literals[part] { return known }
            nodes[position].literals[part] = nodes.count
        }
        nodes.append(Node())
        return nodes.count - 1
    }

    /// - Parameter parts: The path between its slashes, decoded.
    package func match(_ method: HTTPRequest.Method, _ parts: ArraySlice<Substring>) -> Match {
        var values: [String: String] = [:]
        guard let found = node(at: parts, from: 0, &values) else { return .nothing }
        let endpoints = nodes[found].endpoints
        if let endpoint = endpoints[method] ?? (method == .head ? endpoints[.get] : nil) {
            return .endpoint(endpoint, path: values)
        }
        return .otherMethods(endpoints.keys.sorted { $0.rawValue < $1.rawValue })
    }

    /// The node with endpoints that a path leads to: by its words where they lead to one, else by its parameters.
    private func node(
        at parts: ArraySlice<Substring>, from position: Int, _ values: inout [String: String]
    ) -> Int? {
        guard let part = parts.first else { return nodes[position].endpoints.isEmpty ? nil : position }
        if let next = nodes[position].literals[part], let found = node(at: parts.dropFirst(), from: next, &values) {
            return found
        }
        guard let (name, next) = nodes[position].parameter, !part.isEmpty,
            let found = node(at: parts.dropFirst(), from: next, &values)
        else { return nil }
        values[name] = String(part)
        return found
    }
}
