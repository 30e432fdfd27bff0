import Domain

/// The members of a body that are wrong, as far as one is told of them: a hundred, with as much of each place as a person
/// reads. What a client sends decides how many there are, and how long their names.
struct WrongMembers {
    private static let most = 100
    private static let longest = 1_000  // characters of a pointer

    private(set) var told: [DomainError.Member] = []
    private(set) var count = 0  // of all

    mutating func add(_ pointer: @autoclosure () -> String, _ detail: String, isSuspicious: Bool = false) {
        count += 1
        if told.count == Self.most {
            guard isSuspicious, !told.contains(where: \.isSuspicious) else { return }
            told.removeLast()  // nothing hides behind a hundred others
        }
        var place = pointer()
        if place.unicodeScalars.count > Self.longest {
            place = String(String.UnicodeScalarView(place.unicodeScalars.prefix(Self.longest))) + "…"
        }
        var member = DomainError.Member(pointer: place, detail: detail)
        member.isSuspicious = isSuspicious
        told.append(member)
    }

    var error: DomainError {
        let rest = told.count < count ? "; these are \(told.count) of \(count)" : ""
        return DomainError(.invalid, "The body has members that are wrong\(rest).", members: told)
    }
}
