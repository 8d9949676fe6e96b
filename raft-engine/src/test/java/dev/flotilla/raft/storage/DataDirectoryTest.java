package dev.flotilla.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    @TempDir
    Path temporary = Path.of("set by JUnit");

    private Path path() {
        return temporary.resolve("a").resolve("b");
    }

    @Test
    void isMadeForItsOwnerOnlyAndOpensAgain() throws IOException {
        try (DataDirectory directory = DataDirectory.open(path())) {
            assertThat(directory.path()).isEqualTo(path());
            assertThat(directory.logFile()).hasParentRaw(path());
            assertThat(directory.snapshots()).hasParentRaw(path());
            if (path().getFileSystem().supportedFileAttributeViews().contains("posix")) {
                assertThat(Files.getPosixFilePermissions(path()))
                        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
            }
        }
        DataDirectory.open(path()).close();
    }

    /** Whoever made it, or put the other log into place, may have been killed before its name was forced. */
    @Test
    void theNamesInItAndItsOwnAreForcedBeforeItIsUsed() throws IOException {
        FaultyFiles files = new FaultyFiles(temporary);
        DataDirectory.open(path()).close();
        DataDirectory.openExisting(files.of(path())).close();
        assertThat(files.takeForced()).containsExactly(path(), path().getParent());
        for (Path each : List.of(path(), path().getParent())) {
            files.failForce(each::equals);
            assertThatThrownBy(() -> DataDirectory.openExisting(files.of(path())))
                    .isInstanceOf(IOException.class)
                    .hasMessage("data directory " + path() + " cannot be forced to the disk: Input/output error");
        }
        files.endFaults();
        DataDirectory.openExisting(files.of(path())).close();
    }

    @Test
    void aSecondOpeningInThisProcessIsRefused() throws IOException {
        try (DataDirectory directory = DataDirectory.open(path())) {
            assertThatThrownBy(() -> DataDirectory.open(directory.path()))
                    .isInstanceOf(IOException.class)
                    .hasMessage("data directory " + path() + " is in use by this process");
        }
        DataDirectory.open(path()).close();
    }

    @Test
    void anotherProcessIsNamed() throws Exception {
        DataDirectory.open(path()).close();
        Process other = otherProcess();
        try (BufferedReader output = other.inputReader(StandardCharsets.UTF_8)) {
            assertThat(output.readLine()).isEqualTo("locked");
            assertThatThrownBy(() -> DataDirectory.open(path()))
                    .isInstanceOf(IOException.class)
                    .hasMessage("data directory " + path() + " is in use by process " + other.pid());
        } finally {
            other.destroyForcibly().waitFor();
        }
        DataDirectory.open(path()).close();
    }

    @Test
    void aRefusedOpeningInThisProcessDoesNotLetAnotherProcessIn() throws Exception {
        try (DataDirectory directory = DataDirectory.open(path())) {
            assertThatThrownBy(() -> DataDirectory.open(directory.path())).isInstanceOf(IOException.class);
            Process other = otherProcess();
            try (BufferedReader output = other.inputReader(StandardCharsets.UTF_8)) {
                assertThat(output.readLine())
                        .isEqualTo("data directory " + path() + " is in use by process "
                                + ProcessHandle.current().pid());
            } finally {
                other.destroyForcibly().waitFor();
            }
        }
    }

    private Process otherProcess() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HoldsTheLock.class.getName(),
                        path().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Another process with the directory in use until it is killed. */
    static final class HoldsTheLock {
        private HoldsTheLock() {}

        public static void main(String[] args) throws IOException {
            try (DataDirectory directory = DataDirectory.open(Path.of(args[0]))) {
                System.out.println("locked");
                System.in.read();
                System.out.println("let go of " + directory.path());
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void anotherFormatIsRefused() throws IOException {
        DataDirectory.open(path()).close();
        Files.writeString(path().resolve("format"), "3\n");
        assertThatThrownBy(() -> DataDirectory.open(path()))
                .isInstanceOf(IOException.class)
                .hasMessage("data directory " + path() + " has format 3, which this version does not know"
                        + " (it knows 1, 2): use a newer one");
        Files.writeString(path().resolve("format"), "?");
        assertThatThrownBy(() -> DataDirectory.open(path()))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("data directory " + path() + " is damaged");
        Files.writeString(path().resolve("format"), "1\n");
        DataDirectory.open(path()).close();
    }

    @Test
    void remembersItsKindOfLog() throws IOException {
        try (DataDirectory directory = DataDirectory.open(path(), LogKind.SEGMENTS)) {
            assertThat(directory.logKind()).isEqualTo(LogKind.SEGMENTS);
            assertThat(directory.logFile()).isEqualTo(path().resolve("log.segments"));
        }
        try (DataDirectory directory = DataDirectory.open(path())) {
            assertThat(directory.logKind()).isEqualTo(LogKind.SEGMENTS);
        }
        assertThatThrownBy(() -> DataDirectory.open(path(), LogKind.H2))
                .isInstanceOf(IOException.class)
                .hasMessage("data directory " + path() + " has its log in segments, not in h2; to convert it:"
                        + " flotilla log convert --to h2 --data " + path());
        DataDirectory.open(path(), LogKind.SEGMENTS).close();
    }

    @Test
    void aLogWithoutAFormatIsNotGuessedAt() throws IOException {
        DataDirectory.create(path());
        Files.createFile(path().resolve("log.mv"));
        assertThatThrownBy(() -> DataDirectory.open(path()))
                .isInstanceOf(IOException.class)
                .hasMessage("data directory " + path() + " is damaged: it has a log, " + path().resolve("log.mv")
                        + ", but no file 'format'");
        assertThatThrownBy(() -> DataDirectory.openExisting(path()))
                .isInstanceOf(IOException.class)
                .hasMessage("there is no log in " + path());
    }

    @Test
    void aFileInItsPlaceIsRefused() throws IOException {
        Files.writeString(temporary.resolve("a"), "a file");
        assertThatThrownBy(() -> DataDirectory.open(path()))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("data directory " + path() + " cannot be made: ");
        assertThatThrownBy(() -> DataDirectory.open(temporary.resolve("a")))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("data directory " + temporary.resolve("a") + " cannot be made: ");
    }

    @Test
    void aDirectoryThatCannotBeWrittenToIsRefused() throws IOException {
        assumeFalse(System.getProperty("user.name").equals("root"), "root may write everywhere");
        DataDirectory.create(path());
        Files.setPosixFilePermissions(path(), PosixFilePermissions.fromString("r-x------"));
        assertThatThrownBy(() -> DataDirectory.open(path()))
                .isInstanceOf(IOException.class)
                .hasMessage("data directory " + path() + " cannot be written to");
    }
}
