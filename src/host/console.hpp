#pragma once
// The standard streams of a program.

namespace llmcalc::host {

/// From now on standard input and output carry bytes as they are and a console shows UTF-8, on Windows as elsewhere: lines
/// end as they are written (\r\n of CSV would become \r\r\n).
void plain_streams();

}  // namespace llmcalc::host
