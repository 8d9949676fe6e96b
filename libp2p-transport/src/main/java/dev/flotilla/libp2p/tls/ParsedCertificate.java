package dev.flotilla.libp2p.tls;

import dev.flotilla.transport.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The parts of an X.509 certificate that libp2p looks at (RFC 5280, section 4.1), nothing verified yet. Issuer and
 * subject are skipped: both may be empty.
 *
 * @param toBeSigned what the signature is over, as it stands in the certificate
 * @param signatureAlgorithm an AlgorithmIdentifier in DER
 * @param publicKey a SubjectPublicKeyInfo in DER
 * @param extensions by the content of their object identifiers, in the certificate's order
 */
record ParsedCertificate(
        Bytes toBeSigned,
        Bytes signatureAlgorithm,
        Bytes signature,
        Bytes publicKey,
        Instant notBefore,
        Instant notAfter,
        Map<Bytes, Extension> extensions) {

    private static final int BYTES_MAX = 16 << 10; // RSA keys and signatures of 8192 bits take a third of it
    private static final int EXTENSIONS_MAX = 32;
    private static final int VERSION_TAG = 0xa0;
    private static final int ISSUER_ID_TAG = 0x81;
    private static final int SUBJECT_ID_TAG = 0x82;
    private static final int EXTENSIONS_TAG = 0xa3;
    private static final byte VERSION_3 = 2;
    private static final Pattern UTC_TIME = Pattern.compile("[0-9]{12}Z");
    private static final Pattern GENERALIZED_TIME = Pattern.compile("[0-9]{14}Z");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMddHHmmss'Z'", Locale.ROOT).withResolverStyle(ResolverStyle.STRICT);

    /** One extension; {@code value} is what its OCTET STRING carries. */
    record Extension(boolean critical, Bytes value) {}

    static ParsedCertificate parse(byte[] der) throws CertificateException {
        if (der.length > BYTES_MAX) {
            throw new CertificateException(
                    "the certificate has " + der.length + " bytes, more than the allowed " + BYTES_MAX);
        }
        DerReader outermost = new DerReader(der);
        DerReader certificate = outermost.enter(DerReader.SEQUENCE, "the certificate");
        outermost.end("the certificate");
        Bytes toBeSigned = certificate.whole(DerReader.SEQUENCE, "its signed part");
        Bytes signatureAlgorithm = certificate.whole(DerReader.SEQUENCE, "the signature's algorithm");
        Bytes signature = certificate.bits("the signature");
        certificate.end("the signature");

        DerReader signed = new DerReader(toBeSigned.toByteArray()).enter(DerReader.SEQUENCE, "the signed part");
        boolean version3 = readVersion(signed);
        signed.content(DerReader.INTEGER, "the serial number");
        if (!signed.whole(DerReader.SEQUENCE, "the algorithm in the signed part")
                .equals(signatureAlgorithm)) {
            throw DerReader.malformed("it names two different algorithms for its signature");
        }
        signed.content(DerReader.SEQUENCE, "the issuer");
        DerReader validity = signed.enter(DerReader.SEQUENCE, "the validity");
        Instant notBefore = readTime(validity);
        Instant notAfter = readTime(validity);
        validity.end("the validity");
        signed.content(DerReader.SEQUENCE, "the subject");
        Bytes publicKey = signed.whole(DerReader.SEQUENCE, "the public key");
        skip(signed, ISSUER_ID_TAG);
        skip(signed, SUBJECT_ID_TAG);
        Map<Bytes, Extension> extensions = version3 ? readExtensions(signed) : Map.of();
        signed.end("the extensions");
        return new ParsedCertificate(
                toBeSigned, signatureAlgorithm, signature, publicKey, notBefore, notAfter, extensions);
    }

    private static boolean readVersion(DerReader signed) throws CertificateException {
        if (!signed.hasNext(VERSION_TAG)) {
            return false;
        }
        DerReader version = signed.enter(VERSION_TAG, "the version");
        byte[] number = version.content(DerReader.INTEGER, "the version");
        version.end("the version");
        return number.length == 1 && number[0] == VERSION_3;
    }

    private static void skip(DerReader signed, int tag) throws CertificateException {
        if (signed.hasNext(tag)) {
            signed.content(tag, "a unique identifier");
        }
    }

    /** A time as RFC 5280, section 4.1.2.5, has it: with seconds, in UTC. */
    private static Instant readTime(DerReader validity) throws CertificateException {
        boolean twoDigits = validity.hasNext(DerReader.UTC_TIME);
        byte[] content = validity.content(twoDigits ? DerReader.UTC_TIME : DerReader.GENERALIZED_TIME, "a time");
        String text = new String(content, StandardCharsets.US_ASCII);
        try {
            if ((twoDigits ? UTC_TIME : GENERALIZED_TIME).matcher(text).matches()) {
                String century = twoDigits ? text.charAt(0) < '5' ? "20" : "19" : "";
                return LocalDateTime.parse(century + text, TIME).toInstant(ZoneOffset.UTC);
            }
        } catch (DateTimeException e) {
            throw new CertificateException("the certificate is malformed: " + e.getMessage(), e);
        }
        throw DerReader.malformed("a time of " + content.length + " bytes is not of the form YYYYMMDDHHMMSSZ");
    }

    private static Map<Bytes, Extension> readExtensions(DerReader signed) throws CertificateException {
        Map<Bytes, Extension> extensions = new LinkedHashMap<>();
        if (!signed.hasNext(EXTENSIONS_TAG)) {
            return extensions;
        }
        DerReader tagged = signed.enter(EXTENSIONS_TAG, "the extensions");
        DerReader list = tagged.enter(DerReader.SEQUENCE, "the extensions");
        tagged.end("the extensions");
        while (list.hasNext()) {
            DerReader extension = list.enter(DerReader.SEQUENCE, "an extension");
            Bytes id = Bytes.wrap(extension.content(DerReader.OBJECT_IDENTIFIER, "an extension's identifier"));
            boolean critical = extension.hasNext(DerReader.BOOLEAN) && readBoolean(extension);
            Bytes value = Bytes.wrap(extension.content(DerReader.OCTET_STRING, "an extension's value"));
            extension.end("an extension's value");
            if (extensions.put(id, new Extension(critical, value)) != null) {
                throw DerReader.malformed("it has the extension " + name(id) + " twice");
            }
            if (extensions.size() > EXTENSIONS_MAX) {
                throw DerReader.malformed("it has more than " + EXTENSIONS_MAX + " extensions");
            }
        }
        return extensions;
    }

    private static boolean readBoolean(DerReader extension) throws CertificateException {
        byte[] value = extension.content(DerReader.BOOLEAN, "an extension's criticality");
        if (value.length != 1 || (value[0] != 0 && value[0] != (byte) 0xff)) {
            throw DerReader.malformed("an extension's criticality is neither true nor false");
        }
        return value[0] != 0;
    }

    /** An object identifier for an error message: its content, in hex. */
    static String name(Bytes id) {
        return HexFormat.of().formatHex(id.slice(0, Math.min(id.size(), 32)).toByteArray());
    }
}
