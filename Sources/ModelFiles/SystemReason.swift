import Foundation

/// Why the system refused a file, in words, and what to do about it.
enum SystemReason {
  /// Returns the reason for `code` (an `errno`) met while reading.
  static func reading(_ code: Int32) -> String {
    switch code {
    case ENOENT: "there is no such file; check the path"
    case ENOTDIR: "a part of the path is not a folder; check the path"
    case EACCES, EPERM: "permission is denied; change the permissions of the file or of its folder"
    case EMFILE, ENFILE: "too many files are open; close some of them"
    default: "the system says \"\(words(code))\"; check the file and its disk"
    }
  }

  /// Returns the reason for `code` (an `errno`) met while writing.
  static func writing(_ code: Int32) -> String {
    switch code {
    case ENOENT: "its folder does not exist; create the folder first"
    case ENOTDIR: "a part of the path is not a folder; check the path"
    case EACCES, EPERM: "permission is denied; choose a folder in which you may write"
    case EROFS: "the disk is read-only; choose another folder"
    case ENOSPC, EDQUOT: "the disk is full; free some space"
    case EISDIR, ENOTEMPTY, EEXIST: "a folder has this name; choose another name"
    default: "the system says \"\(words(code))\"; check the folder and its disk"
    }
  }

  private static func words(_ code: Int32) -> String {
    NSError(domain: NSPOSIXErrorDomain, code: Int(code)).localizedDescription
  }
}
