package dev.flotilla.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No class of the core is longer than what a reader takes in at one sitting, Javadoc and imports included. */
class ClassSizeTest {
    private static final int LINES_MAX = 300;
    private static final Path SOURCES = Path.of("src/main/java/dev/flotilla/raft/core");

    @Test
    void eachFileOfTheCoreIsShort() throws IOException {
        Map<String, Integer> lines = new TreeMap<>();
        for (Path file : sources()) {
            lines.put(file.getFileName().toString(), Files.readAllLines(file).size());
        }
        assertThat(lines).containsKeys("RaftCore.java", "Group.java", "Election.java");
        lines.values().removeIf(each -> each <= LINES_MAX);
        assertThat(lines).as("files of more than %d lines", LINES_MAX).isEmpty();
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }
}
