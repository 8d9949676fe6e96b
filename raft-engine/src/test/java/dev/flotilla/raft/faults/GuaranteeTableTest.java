package dev.flotilla.raft.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The table of guarantees in the module's README names what there is: each scenario, test and planted fault in it exists, and
 * each scenario is named by it. Whether a test is about its rule is for people to judge.
 */
class GuaranteeTableTest {
    private static final Path SCENARIOS = Path.of("src/test/resources/scenarios");
    private static final String TITLE = "## What is promised, and which test would fail";
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");
    private static final Pattern TEST = Pattern.compile("([A-Z]\\w*(?:Test|IT|Contract))(?:\\.(\\w+))?");
    private static final Pattern METHOD = Pattern.compile("\\bvoid (\\w+)\\(");
    private static final Pattern FAULT = Pattern.compile("[a-z]+(?:-[a-z]+)+");
    private static final Pattern SCENARIO = Pattern.compile("[a-z0-9]+(?:_[a-z0-9]+)+");

    /** The names in backquotes in the last column of the rows. */
    private static Set<String> named() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        int start = readme.indexOf(TITLE);
        assertThat(start).as("the section '%s'", TITLE).isNotNegative();
        int end = readme.indexOf("\n## ", start + 1);
        Set<String> names = new TreeSet<>();
        readme.substring(start, end < 0 ? readme.length() : end)
                .lines()
                .filter(line -> line.startsWith("| "))
                .map(line -> line.substring(line.lastIndexOf(" | ")))
                .map(NAME::matcher)
                .flatMap(Matcher::results)
                .forEach(found -> names.add(found.group(1)));
        return names;
    }

    private static Set<String> scenarios() throws IOException {
        try (Stream<Path> files = Files.list(SCENARIOS)) {
            return files.map(file -> file.getFileName().toString().replaceFirst("\\.txt$", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** The names of all test methods by class, of all modules. */
    private static Map<String, Set<String>> tests() throws IOException {
        Map<String, Set<String>> tests = new HashMap<>();
        try (Stream<Path> modules = Files.list(Path.of(".."))) {
            for (Path sources : modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (Stream<Path> files = Files.walk(sources)) {
                    for (Path file : files.filter(each -> each.toString().endsWith(".java"))
                            .toList()) {
                        tests.put(file.getFileName().toString().replaceFirst("\\.java$", ""), methods(file));
                    }
                }
            }
        }
        return tests;
    }

    private static Set<String> methods(Path file) throws IOException {
        return METHOD.matcher(Files.readString(file))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toSet());
    }

    @Test
    void whatTheTableNamesIsThere() throws IOException {
        Set<String> scenarios = scenarios();
        Map<String, Set<String>> tests = tests();
        List<String> faults =
                PlantedFaults.all().stream().map(PlantedFault::name).toList();
        assertThat(named()).isNotEmpty().allSatisfy(name -> {
            Matcher test = TEST.matcher(name);
            if (test.matches()) {
                assertThat(tests).containsKey(test.group(1));
                if (test.group(2) != null) {
                    assertThat(tests.getOrDefault(test.group(1), Set.of())).contains(test.group(2));
                }
            } else if (FAULT.matcher(name).matches()) {
                assertThat(faults).contains(name);
            } else {
                assertThat(name).matches(SCENARIO);
                assertThat(scenarios).contains(name);
            }
        });
    }

    @Test
    void everyScenarioIsNamed() throws IOException {
        Set<String> left = scenarios();
        left.removeAll(named());
        assertThat(left)
                .as("scenarios that no row of the table in README.md names: add each to the rule that it is about")
                .isEmpty();
    }
}
