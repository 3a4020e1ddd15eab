// The browser edition: everything happens when the page asks for it.

#include "platform/browser.hpp"

int main() { return llmcalc::platform::open_page(); }
