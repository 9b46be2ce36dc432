package io.macpool.worker.buildtrace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.service.setting.Secret;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Against the examples of Amazon's own documentation. */
class RequestSignatureTest {

  private static final Instant NOW = Instant.parse("2013-05-24T00:00:00Z");
  private static final URI BUCKET = URI.create("https://examplebucket.s3.amazonaws.com/");

  private final RequestSignature signature =
      new RequestSignature(
          new Secret("AKIAIOSFODNN7EXAMPLE"),
          new Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
          Optional.empty(),
          "us-east-1");

  @Test
  void signsAnUpload() {
    Map<String, String> headers =
        signature.sign(
            "PUT",
            BUCKET.resolve(RequestSignature.encoded("test$file.text")),
            Map.of(
                "date",
                "Fri, 24 May 2013 00:00:00 GMT",
                "x-amz-storage-class",
                "REDUCED_REDUNDANCY"),
            "Welcome to Amazon S3.".getBytes(UTF_8),
            NOW);
    assertThat(headers.get("authorization"))
        .isEqualTo(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                + "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,"
                + "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
    assertThat(headers).doesNotContainKey("host");
  }

  @Test
  void signsADownload() {
    Map<String, String> headers =
        signature.sign(
            "GET", BUCKET.resolve("test.txt"), Map.of("range", "bytes=0-9"), new byte[0], NOW);
    assertThat(headers.get("authorization"))
        .endsWith("Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  }

  @Test
  void escapesWhatIsNotPlain() {
    assertThat(RequestSignature.encoded("traces/a b+ä~1")).isEqualTo("traces/a%20b%2B%C3%A4~1");
  }
}
