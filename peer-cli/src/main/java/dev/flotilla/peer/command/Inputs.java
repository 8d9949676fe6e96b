package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.gating.Subnet;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Arguments as people write them; what is wrong with them is wrong usage, told in one line. */
final class Inputs {
    private static final int JSON_BYTES_MAX = 64 << 20;
    private static final Pattern BYTES = Pattern.compile("([0-9]{1,9}) ?((?:[KMG]iB)?)", Pattern.CASE_INSENSITIVE);

    private Inputs() {}

    static JsonNode json(String text) throws CommandException {
        try {
            return Json.parse(text);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage() + ": " + quoted(text)
                    + (text.isEmpty() || "{[\"".indexOf(text.charAt(0)) >= 0
                            ? ""
                            : "; a text needs quotation marks, for example '\"text\"'"));
        }
    }

    private static String quoted(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "..";
    }

    static Path path(String text) throws CommandException {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw CommandException.usage("not a file name: '" + text + "'");
        }
    }

    static JsonNode jsonFile(Path file) throws CommandException {
        try (InputStream in = Files.newInputStream(file)) {
            return json(in, file.toString());
        } catch (NoSuchFileException e) {
            throw CommandException.usage("there is no file " + file);
        } catch (IOException e) {
            throw CommandException.usage("cannot read the file " + file + ": " + e.getMessage());
        }
    }

    static JsonNode json(InputStream in, String name) throws CommandException, IOException {
        byte[] content = in.readNBytes(JSON_BYTES_MAX + 1);
        if (content.length > JSON_BYTES_MAX) {
            throw CommandException.usage(name + " is larger than " + JSON_BYTES_MAX + " bytes");
        }
        try {
            return Json.parse(Bytes.wrap(content));
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(name + " is " + e.getMessage());
        }
    }

    static Multiaddr multiaddr(String text) throws CommandException {
        try {
            return Multiaddr.parse(text);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage() + "; an example: /ip4/127.0.0.1/tcp/4001");
        }
    }

    static PeerId peerId(String text) throws CommandException {
        try {
            return PeerId.parse(text);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage("not a peer id: '" + text + "'");
        }
    }

    static Subnet subnet(String text) throws CommandException {
        try {
            return Subnet.parse(text);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(String.valueOf(e.getMessage()));
        }
    }

    /** An address that says which peer is there. */
    static Multiaddr peerAddress(String text) throws CommandException {
        Multiaddr address = multiaddr(text);
        if (address.peerId().isEmpty()) {
            throw CommandException.usage(
                    "the multiaddr " + address + " does not say which peer is there: add /p2p/PEER_ID");
        }
        return address;
    }

    static List<Multiaddr> peerAddresses(List<String> texts) throws CommandException {
        List<Multiaddr> addresses = new ArrayList<>();
        for (String text : texts) {
            addresses.add(peerAddress(text));
        }
        return addresses;
    }

    /** {@code 500ms}, {@code 30s}, {@code 10m}, {@code 2h}, {@code 7d}, or as ISO 8601 writes it, {@code PT1H30M}; more than nothing. */
    static Duration duration(String text) throws CommandException {
        String upper = text.strip().toUpperCase(Locale.ROOT);
        try {
            Duration duration = upper.matches("[0-9]{1,9}MS")
                    ? Duration.ofMillis(Long.parseLong(upper.substring(0, upper.length() - 2)))
                    : Duration.parse(upper.startsWith("P") ? upper : upper.endsWith("D") ? "P" + upper : "PT" + upper);
            if (duration.isNegative() || duration.isZero() || duration.compareTo(Duration.ofDays(3650)) > 0) {
                throw CommandException.usage("not a duration that makes sense here: '" + text + "'");
            }
            return duration;
        } catch (DateTimeParseException e) {
            throw CommandException.usage("not a duration: '" + text + "'; examples: 30s, 10m, 2h, 7d");
        }
    }

    /** {@code 4096}, {@code 16KiB}, {@code 10MiB} or {@code 2GiB}. */
    static long bytes(String text) throws CommandException {
        Matcher matcher = BYTES.matcher(text.strip());
        if (!matcher.matches()) {
            throw CommandException.usage("not a number of bytes: '" + text + "'; examples: 4096, 16KiB, 10MiB, 2GiB");
        }
        int power = List.of("", "KIB", "MIB", "GIB")
                .indexOf(String.valueOf(matcher.group(2)).toUpperCase(Locale.ROOT));
        return Long.parseLong(matcher.group(1)) << (10 * power);
    }
}
