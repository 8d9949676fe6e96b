package dev.flotilla.outsider;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An outsider's project, {@code src/test/resources/outsider}, runs the contract tests. It is compiled and run in a process
 * of its own against the jars as they are published, and what raft-engine/README.md says that a project has to name
 * beside them; nothing else of this build is on its class path.
 */
class OutsiderIT {
    private static final List<String> MODULES = List.of("consensus-api", "raft-engine");

    /** Of the jars that Maven brings for them: by how their names begin. */
    private static final List<String> LIBRARIES = List.of(
            // raft-engine's own
            "protobuf-java-",
            "h2-mvstore-",
            "zstd-jni-",
            "slf4j-api-",
            "jspecify-",
            // what the project names: junit-jupiter, assertj-core, and a launcher, which build tools bring
            "junit-jupiter-",
            "junit-platform-",
            "opentest4j-",
            "apiguardian-api-",
            "assertj-core-",
            "byte-buddy-");

    private static final List<String> TESTS =
            List.of("TheirTransportTest", "TheirLogTest", "TheirStateMachineTest", "TheirConsensusTest");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    /** What {@code package} leaves in the target folders, main and test, without sources and documentation. */
    private static List<Path> published() throws IOException {
        List<Path> jars = new ArrayList<>();
        for (String module : MODULES) {
            Path target = Path.of("..", module, "target").toAbsolutePath().normalize();
            try (Stream<Path> files = Files.list(target)) {
                files.filter(file -> file.getFileName()
                                .toString()
                                .matches(module + "-[0-9][0-9.]*(-SNAPSHOT)?(-tests)?\\.jar"))
                        .forEach(jars::add);
            }
        }
        assertThat(jars).as("a jar and a test-jar of each of %s", MODULES).hasSize(2 * MODULES.size());
        return jars;
    }

    private static List<Path> libraries() {
        List<Path> jars = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(file -> LIBRARIES.stream()
                        .anyMatch(each -> file.getFileName().toString().startsWith(each)))
                .toList();
        assertThat(LIBRARIES).allSatisfy(each -> assertThat(jars)
                .anyMatch(jar -> jar.getFileName().toString().startsWith(each)));
        return jars;
    }

    private static List<File> sources() throws IOException, URISyntaxException {
        Path root = Path.of(Objects.requireNonNull(OutsiderIT.class.getResource("/outsider"))
                .toURI());
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(Path::toFile)
                    .toList();
        }
    }

    private static String joined(List<Path> jars) {
        return jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    private void compile(String classPath) throws IOException, URISyntaxException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            boolean isDone = compiler.getTask(
                            said,
                            files,
                            null,
                            List.of("-cp", classPath, "-proc:none", "--release", "17", "-d", directory.toString()),
                            null,
                            files.getJavaFileObjectsFromFiles(sources()))
                    .call();
            assertThat(isDone).as(said.toString()).isTrue();
        }
    }

    private List<String> run(String classPath) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                directory + File.pathSeparator + classPath,
                "org.example.Main"));
        TESTS.forEach(test -> command.add("org.example." + test));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        try {
            return process.inputReader(StandardCharsets.UTF_8).lines().toList();
        } finally {
            process.destroyForcibly().onExit().join();
        }
    }

    @Test
    @Timeout(600)
    void anOutsidersProjectRunsTheContractTests() throws Exception {
        List<Path> jars = new ArrayList<>(published());
        jars.addAll(libraries());
        compile(joined(jars));

        List<String> said = run(joined(jars));

        for (String test : TESTS) {
            assertThat(said)
                    .as("%s; the process said:%n%s", test, String.join(System.lineSeparator(), said))
                    .anyMatch(
                            line -> line.matches("=org\\.example\\." + test + " ([5-9]|[1-9][0-9]+) passed, 0 failed"));
        }
    }
}
