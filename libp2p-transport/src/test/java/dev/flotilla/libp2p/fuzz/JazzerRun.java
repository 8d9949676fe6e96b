package dev.flotilla.libp2p.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Has Jazzer, which looks where an input leads, feed each decoder for {@code -Dfuzz.seconds=S}. No test: {@code mvn
 * -Pjazzer -pl libp2p-transport -am test} runs it. What it learns stays in {@code target/jazzer}; a finding is printed with the
 * input that leads to it, as a file.
 */
class JazzerRun {
    private static final String SECONDS = System.getProperty("fuzz.seconds", "30");

    @ParameterizedTest
    @MethodSource("dev.flotilla.libp2p.fuzz.Targets#all")
    void findsNothing(FuzzTarget target) throws IOException, InterruptedException {
        String name = target.getClass().getName();
        Path directory = Files.createDirectories(Path.of("target", "jazzer", name));
        Path corpus = Files.createDirectories(directory.resolve("corpus"));
        List<byte[]> seeds = target.seeds();
        for (int i = 0; i < seeds.size(); i++) {
            Files.write(corpus.resolve("seed-" + i), seeds.get(i));
        }
        Process jazzer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        "-Xmx512m",
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + name,
                        "--instrumentation_includes=dev.flotilla.**",
                        "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.UnsafeSanitizer", // chokes on Netty
                        "--reproducer_path=" + directory,
                        "-artifact_prefix=" + directory + File.separator,
                        "-max_total_time=" + SECONDS,
                        "-rss_limit_mb=2048",
                        corpus.toString())
                .inheritIO()
                .start();
        assertThat(jazzer.waitFor()).as(name).isZero();
    }
}
