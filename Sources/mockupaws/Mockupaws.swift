import ArgumentParser

@main
struct Mockupaws: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mockupaws", abstract: "What will this workload cost on AWS, before it is deployed?")
}
