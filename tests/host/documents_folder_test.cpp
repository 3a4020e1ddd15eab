#include "host/documents_folder.hpp"

#include <gtest/gtest.h>

namespace llmcalc::io {
namespace documents_folder_test {

TEST(DocumentsFolder, IsReadFromTheDesktopsFile) {
  EXPECT_EQ(documents_folder_in(
                "# comment\nXDG_DESKTOP_DIR=\"$HOME/Desktop\"\nXDG_DOCUMENTS_DIR=\"$HOME/Dokumente\"\n", "/home/a"),
            "/home/a/Dokumente");
  EXPECT_EQ(documents_folder_in("XDG_DOCUMENTS_DIR=\"/data/papers\"", "/home/a"), "/data/papers");
  // The later line wins, as in a shell.
  EXPECT_EQ(documents_folder_in("XDG_DOCUMENTS_DIR=\"/a\"\nXDG_DOCUMENTS_DIR=\"/b\"\n", "/home/a"), "/b");
}

TEST(DocumentsFolder, IsEmptyWhereTheFileSaysNothingThatIsAllowed) {
  for (const char* text : {"", "\n\n", "XDG_DOCUMENTS_DIR=", "XDG_DOCUMENTS_DIR=\"", "XDG_DOCUMENTS_DIR=\"relative\"",
                           "XDG_DOCUMENTS_DIR=\"$OTHER/x\"", " XDG_DOCUMENTS_DIR=\"/indented\""}) {
    EXPECT_TRUE(documents_folder_in(text, "/home/a").empty()) << text;
  }
}

}  // namespace documents_folder_test
}  // namespace llmcalc::io
