package dev.flotilla.libp2p.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.MultiaddrProtocol;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** A WebSocket client by hand, which may break every rule. */
final class PlainClient implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;

    PlainClient(Host host) throws IOException {
        InetSocketAddress address = host.listenAddresses()
                .get(0)
                .socketAddress(MultiaddrProtocol.TCP, MultiaddrProtocol.WS)
                .orElseThrow();
        socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(20_000);
        in = new DataInputStream(socket.getInputStream());
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.US_ASCII));
    }

    void send(byte[] bytes) throws IOException {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            assertThat(isClosed()).as("closed by the host before all was sent").isTrue();
        }
    }

    /** As the RFC's example has it. */
    void upgrade() throws IOException {
        send(String.join(
                "\r\n",
                "GET / HTTP/1.1",
                "Host: here",
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Version: 13",
                "",
                ""));
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            answer.append((char) in.readUnsignedByte());
        }
        assertThat(answer.toString())
                .startsWith("HTTP/1.1 101 ")
                .containsIgnoringCase("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    /** A masked frame of up to 125 bytes, the mask being zero. */
    void frame(int first, byte[] payload) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first);
        out.write(0x80 | payload.length);
        out.writeBytes(new byte[4]);
        out.writeBytes(payload);
        send(out.toByteArray());
    }

    /** The next frame of up to 125 bytes in hex. */
    String readFrame() throws IOException {
        int first = in.readUnsignedByte();
        int length = in.readUnsignedByte();
        assertThat(length).isLessThanOrEqualTo(125);
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(first);
        frame.write(length);
        frame.writeBytes(in.readNBytes(length));
        return HexFormat.of().formatHex(frame.toByteArray());
    }

    /** Sends no more. */
    void end() throws IOException {
        socket.shutdownOutput();
    }

    String readToEnd() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    }

    /** Whether the other side ends the connection, whatever it says before. */
    boolean isClosed() {
        try {
            in.transferTo(OutputStream.nullOutputStream());
            return true;
        } catch (IOException e) {
            return !(e instanceof SocketTimeoutException);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
