#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How many files and connections the process may have open.
enum OpenFiles {
  /// What a server with many clients needs.
  private static let wanted: UInt64 = 4096

  /// Raises the limit as far as that is allowed and needed.
  static func raiseLimit() {
    var limit = rlimit()
    #if os(Linux)
      let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
      let resource = RLIMIT_NOFILE
    #endif
    guard unsafe getrlimit(resource, &limit) == 0, UInt64(limit.rlim_cur) < wanted else { return }
    limit.rlim_cur = min(limit.rlim_max, numericCast(wanted))
    _ = unsafe setrlimit(resource, &limit)
  }
}
