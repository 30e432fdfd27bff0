import CostModel
import Yams

/// One changed value of a workload, to ask "what if": `region=eu-west-1`, `steps[1].lambda.memory_mb=512`, or
/// `lambda.memory_mb=512` for every Lambda in the file.
public struct WorkloadOverride: Hashable, Sendable, CustomStringConvertible {
    public var path: String
    public var value: String

    public var description: String { "\(path)=\(value)" }

    /// - Throws: ``WorkloadError`` when there is no `=` or nothing before it.
    public init(_ text: String) throws {
        let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard sides.count == 2, !sides[0].isEmpty else {
            throw WorkloadError(file: "--set", line: nil, field: text, detail: "expected path=value")
        }
        (path, value) = (String(sides[0]), String(sides[1]))
    }

    func apply(to root: inout Node, file: String) throws {
        let parts = path.split(whereSeparator: { ".[]".contains($0) }).map(String.init)
        if let service = parts.first, Services.named(service) != nil, parts.count == 2 {
            var found = false
            for section in ["steps", "fixed", "usage"] {
                guard var list = root[section]?.sequence else { continue }
                for index in list.indices where list[index].mapping?.first?.key.scalar?.string == service {
                    found = set(&list[index], [service, parts[1]][...]) || found
                }
                root[section] = .sequence(list)
            }
            guard found else { throw problem(file, "the file has no \(service)") }
        } else {
            guard set(&root, parts[...]) else { throw problem(file, "the file has no such place") }
        }
    }

    private func problem(_ file: String, _ detail: String) -> WorkloadError {
        WorkloadError(file: file, line: nil, field: "--set \(self)", detail: detail)
    }

    /// Puts the value at the end of the path; only its last part may be new.
    private func set(_ node: inout Node, _ path: ArraySlice<String>) -> Bool {
        guard let name = path.first else {
            node = .scalar(Node.Scalar(value, .implicit, .any, node.mark))
            return true
        }
        let rest = path.dropFirst()
        if var list = node.sequence {
            guard let index = Int(name), list.indices.contains(index) else { return false }
            let done = set(&list[index], rest)
            node = .sequence(list)
            return done
        }
        if node.mapping == nil, node.scalar?.string.isEmpty ?? true { node = Node([(Node, Node)]()) }  // `- sqs:`
        guard var mapping = node.mapping else { return false }
        guard var child = mapping[Node(name)] ?? (rest.isEmpty ? Node(value) : nil) else { return false }
        let done = set(&child, rest)
        mapping[Node(name)] = child
        node = .mapping(mapping)
        return done
    }
}
