package dev.flotilla.libp2p;

import dev.flotilla.libp2p.AddressBook.Entry;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The address book as a text file: a first line that names the format, then a line for each address, {@code peer address
 * lastSeen lastSuccess}, times in ISO 8601, {@code -} for never.
 */
final class AddressFile {
    static final String NAME = "address-book.txt";
    static final String DAMAGED_NAME = "address-book.damaged.txt";
    private static final String TEMPORARY_NAME = "address-book.tmp";
    private static final String FIRST_LINE = "flotilla address book 1";
    private static final String NEVER = "-";
    private static final long BYTES_MAX = 256L << 20;
    private static final Logger LOG = LoggerFactory.getLogger(AddressFile.class);

    private final Path directory;
    private final Path path;

    AddressFile(Path directory) {
        this.directory = directory;
        this.path = directory.resolve(NAME);
    }

    /** Empty if there is no file, or if it is none of these and was moved aside. Single lines that are bad are left out. */
    Map<PeerId, List<Entry>> read() throws IOException {
        try {
            if (Files.size(path) > BYTES_MAX) {
                throw new IllegalArgumentException("it is larger than " + BYTES_MAX + " bytes");
            }
            return parse(Files.readString(path));
        } catch (NoSuchFileException e) {
            return Map.of();
        } catch (CharacterCodingException | IllegalArgumentException e) {
            Path aside = directory.resolve(DAMAGED_NAME);
            Files.move(path, aside, StandardCopyOption.REPLACE_EXISTING);
            String reason = e instanceof CharacterCodingException ? "it is not UTF-8" : e.getMessage();
            LOG.warn("address book {} is damaged and was moved to {}: {}", path, aside.getFileName(), reason);
            return Map.of();
        }
    }

    private Map<PeerId, List<Entry>> parse(String text) {
        List<String> lines = text.lines().toList();
        if (lines.isEmpty() || !lines.get(0).equals(FIRST_LINE)) {
            throw new IllegalArgumentException("line 1 is not '" + FIRST_LINE + "'");
        }
        Map<PeerId, List<Entry>> peers = new HashMap<>();
        List<String> bad = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            try {
                parse(lines.get(i), peers);
            } catch (IllegalArgumentException | DateTimeException e) {
                bad.add("line " + (i + 1) + ": " + e.getMessage());
            }
        }
        if (!bad.isEmpty()) {
            LOG.warn("address book {}: left out {} of {} lines; {}", path, bad.size(), lines.size() - 1, bad.get(0));
        }
        return peers;
    }

    private static void parse(String line, Map<PeerId, List<Entry>> peers) {
        String[] words = line.split(" ", -1);
        if (words.length != 4) {
            throw new IllegalArgumentException("it has " + words.length + " words, not 4");
        }
        PeerId peer = PeerId.parse(words[0]);
        Entry entry = new Entry(
                Multiaddr.parse(words[1]),
                Instant.parse(words[2]),
                words[3].equals(NEVER) ? null : Instant.parse(words[3]));
        peers.computeIfAbsent(peer, key -> new ArrayList<>()).add(entry);
    }

    void write(Map<PeerId, List<Entry>> peers) throws IOException {
        StringBuilder text = new StringBuilder(FIRST_LINE).append('\n');
        new TreeMap<>(peers).forEach((peer, entries) -> entries.stream()
                .sorted(Comparator.comparing(entry -> entry.address().toString()))
                .forEach(entry -> text.append(line(peer, entry))));
        Files.createDirectories(directory);
        Path temporary = directory.resolve(TEMPORARY_NAME);
        try (FileChannel out = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text.toString());
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    private static String line(PeerId peer, Entry entry) {
        return peer + " " + entry.address() + " " + entry.lastSeen() + " " + time(entry.lastSuccess()) + "\n";
    }

    private static String time(@Nullable Instant instant) {
        return instant == null ? NEVER : instant.toString();
    }
}
