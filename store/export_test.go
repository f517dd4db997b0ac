package store

// ReportKinds is for the test that compares it with the room that reads them.
const ReportKinds = reportKinds
