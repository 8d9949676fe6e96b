package dev.flotilla.peer.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SuggestionTest {
    private static final Path SHELL = Path.of("/bin/sh");

    @Test
    void plainWordsStayAsTheyAre() {
        assertThat(Suggestion.of("forget", "club-1", "--force", "--data", "/var/lib/p_1"))
                .isEqualTo("flotilla forget club-1 --force --data /var/lib/p_1");
        assertThat(Suggestion.of("get", "my club", "")).isEqualTo("flotilla get 'my club' ''");
    }

    /** The shell itself is asked: it gives the words to a function that takes the command's place. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "my club",
                "",
                "it's",
                "'",
                "''\\''",
                "\"",
                "a;touch pwned",
                "$(touch pwned)",
                "`touch pwned`",
                "$HOME",
                "a&&touch pwned",
                "a|touch pwned",
                ">pwned",
                "*",
                "~",
                "#",
                "!",
                "\\",
                "a\ttab",
                "two\nlines\n",
                "d\u00e9j\u00e0 \u20ac \ud83d\ude80",
            })
    void aShellTakesEachWordForOne(String word, @TempDir Path directory) throws Exception {
        assumeThat(SHELL).exists();
        String script = "flotilla() { printf '%s\\0' \"$@\"; }\n" + Suggestion.of("forget", word, "--force") + "\n";
        Path out = directory.resolve("out");

        Process shell = new ProcessBuilder(SHELL.toString(), "-c", script)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();

        assertThat(shell.waitFor()).isZero();
        assertThat(Files.readString(out, StandardCharsets.UTF_8)).isEqualTo("forget\0" + word + "\0--force\0");
        assertThat(directory.resolve("pwned")).doesNotExist();
    }
}
