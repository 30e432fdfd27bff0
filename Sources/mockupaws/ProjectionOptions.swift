import ArgumentParser
import CostModel
import Domain

/// From what was recorded to a month.
struct ProjectionOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Expected change of traffic: 20% for a fifth more, -10% for a tenth less.", valueName: "percent"))
    var growth: String?

    @Option(help: ArgumentHelp("Part of the traffic that was recorded: 1%, 0.05, 1/100.", valueName: "rate"))
    var sampleRate: String?

    @Option(
        help: ArgumentHelp(
            "Hours that the logs cover; from the first to the last minute unless given.", valueName: "hours"))
    var observedHours: String?

    var projection: Projection {
        get throws {
            var projection = Projection()
            if let growth {
                guard let change = Quantity(percentOrNumber: growth), change > -1 else {
                    throw ValidationError("--growth \(growth): expected a percentage above -100%, such as 20%")
                }
                guard growth.hasSuffix("%") || change < 1 else {
                    throw ValidationError("--growth \(growth): say \(growth)% or a part of one, such as 0.2")
                }
                projection.growth = try Quantity.one + change
            }
            if let sampleRate {
                guard let rate = Quantity(percentOrNumber: sampleRate), rate > 0, rate <= 1 else {
                    throw ValidationError(
                        "--sample-rate \(sampleRate): expected more than 0 and at most 1, such as 1% or 1/100")
                }
                projection.sampleRate = rate
            }
            if let observedHours {
                guard let hours = Quantity(percentOrNumber: observedHours), hours > 0 else {
                    throw ValidationError("--observed-hours \(observedHours): expected more than 0, such as 24 or 1/4")
                }
                projection.observedHours = hours
            }
            return projection
        }
    }
}
