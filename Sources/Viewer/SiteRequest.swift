/// What the site looks at in an HTTP request, free of any server's types.
package struct SiteRequest: Sendable {
  /// The method, in capitals.
  package var method: String
  /// The path as it was sent: percent-encoded, not normalised, without the query.
  package var path: String
  /// The `Host` header, or nil when it is missing.
  package var host: String?
  /// The `If-None-Match` header, or nil.
  package var ifNoneMatch: String?
  /// Whether a body follows.
  package var hasBody: Bool

  /// Describes a request.
  package init(
    method: String = "GET", path: String, host: String?, ifNoneMatch: String? = nil, hasBody: Bool = false
  ) {
    self.method = method
    self.path = path
    self.host = host
    self.ifNoneMatch = ifNoneMatch
    self.hasBody = hasBody
  }
}
