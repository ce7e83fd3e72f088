import GRDB

extension DashboardSchema {
  /// Tables of rules, of what endpoints cost, and of scores.
  ///
  /// A score belongs to the label that was judged: `label` is its text, empty for scores that need none.
  static let labelling = """
    CREATE TABLE rule (feature INTEGER PRIMARY KEY, rule BLOB NOT NULL);
    CREATE TABLE endpoint_call (
      id INTEGER PRIMARY KEY, purpose TEXT NOT NULL, time REAL NOT NULL, requests INTEGER NOT NULL,
      input INTEGER NOT NULL, output INTEGER NOT NULL, estimated INTEGER NOT NULL);
    CREATE TABLE score (
      feature INTEGER NOT NULL, method TEXT NOT NULL, judge TEXT NOT NULL, round INTEGER NOT NULL,
      label TEXT NOT NULL, hits INTEGER NOT NULL, false_alarms INTEGER NOT NULL, rejections INTEGER NOT NULL,
      misses INTEGER NOT NULL, time REAL NOT NULL,
      PRIMARY KEY (feature, method, judge, round)) WITHOUT ROWID;
    """
}
