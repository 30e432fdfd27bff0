/// How long sign-ins last.
public struct SignInSettings: Sendable {
    public var accessSeconds: Int
    public var refreshSeconds: Int
    /// Where people reach the service, for links in mail.
    public var publicURL: String
    public var sender: String  // of mail

    public init(
        accessSeconds: Int = 1_800, refreshSeconds: Int = 604_800, publicURL: String = "http://127.0.0.1:8080",
        sender: String = "mockupaws@localhost"
    ) {
        (self.accessSeconds, self.refreshSeconds) = (accessSeconds, refreshSeconds)
        (self.publicURL, self.sender) = (publicURL, sender)
    }
}

/// What a person signs requests with after signing in.
public struct Tokens: Sendable {
    public var access: String  // a JWT
    public var refresh: String  // once
    public var accessSeconds: Int
}
