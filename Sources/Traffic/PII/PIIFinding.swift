/// A piece of a record that a rule has dealt with.
struct PIIFinding {
    /// What it is; `nil` when it is nothing, yet need not be looked at again.
    var kind: PIIKind?
    var start: Int
    var end: Int

    init(_ kind: PIIKind?, _ start: Int, _ end: Int) { (self.kind, self.start, self.end) = (kind, start, end) }
}
