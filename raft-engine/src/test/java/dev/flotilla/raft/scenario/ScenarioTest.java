package dev.flotilla.raft.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Each file of {@code scenarios} is a test; {@code -Dscenario.rewrite=true} writes the expected part anew. */
class ScenarioTest {
    private static final Path SCENARIOS = Path.of("src/test/resources/scenarios");
    private static final String SEPARATOR = "----";
    private static final int SCENARIOS_MIN = 35;

    @TestFactory
    Stream<DynamicTest> scenarios() throws IOException {
        try (Stream<Path> files = Files.list(SCENARIOS)) {
            List<Path> sorted = files.sorted().toList();
            assertThat(sorted).hasSizeGreaterThanOrEqualTo(SCENARIOS_MIN);
            return sorted.stream()
                    .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
        }
    }

    private static void check(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        int separator = lines.indexOf(SEPARATOR);
        List<String> script = separator < 0 ? lines : lines.subList(0, separator);
        List<String> expected = separator < 0 ? List.of() : lines.subList(separator + 1, lines.size());
        List<String> actual = Scenario.run(script);
        if (Boolean.getBoolean("scenario.rewrite")) {
            List<String> rewritten = new ArrayList<>(script);
            rewritten.add(SEPARATOR);
            rewritten.addAll(actual);
            Files.write(file, rewritten);
        } else {
            assertThat(actual).as(file.toString()).containsExactlyElementsOf(expected);
        }
    }
}
