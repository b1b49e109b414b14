using System.Net;
using System.Security.Authentication;
using Cysharp.Text;
using MailManager.Messages.Envelope;
using MailManager.Messages.Trace;

namespace MailManager.Messages.Tests.Trace;

public class ReceivedFieldTests
{
    private static readonly MessageId Id = new(1);
    private static readonly DateTimeOffset Date = new(2026, 11, 4, 3, 2, 1, TimeSpan.FromHours(1));

    [Fact]
    public void Write_clear_text_session_with_one_recipient()
    {
        var session = new SessionFacts { Client = IPEndPoint.Parse("192.0.2.7:1234"), Helo = "client.example", IsExtended = true };

        Assert.Equal(
            "Received: from client.example ([192.0.2.7])\r\n\tby mx.example (MailManager) with ESMTP id 00000000000000000000000001\r\n\tfor <a@b.example>;\r\n\tWed, 04 Nov 2026 02:02:01 +0000\r\n",
            Write(session, "a@b.example"));
    }

    [Fact]
    public void Write_tls_session_from_ipv6_with_several_recipients()
    {
        var session = new SessionFacts
        {
            Client = IPEndPoint.Parse("[2001:db8::7]:1234"),
            Helo = "[IPv6:2001:db8::7]",
            IsExtended = true,
            TlsProtocol = SslProtocols.Tls13,
            TlsCipherSuite = "TLS_AES_256_GCM_SHA384",
        };

        Assert.Equal(
            "Received: from [IPv6:2001:db8::7] ([IPv6:2001:db8::7])\r\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384)\r\n\tby mx.example (MailManager) with ESMTPS id 00000000000000000000000001;\r\n\tWed, 04 Nov 2026 02:02:01 +0000\r\n",
            Write(session, null));
    }

    [Fact]
    public void Write_helo_session_is_plain_smtp()
    {
        var session = new SessionFacts { Client = IPEndPoint.Parse("192.0.2.7:1234"), Helo = "client.example" };

        Assert.Contains(" with SMTP id ", Write(session, null), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false, false, false, "ESMTP")]
    [InlineData(false, false, true, false, "ESMTPS")]
    [InlineData(false, false, false, true, "ESMTPA")]
    [InlineData(false, false, true, true, "ESMTPSA")]
    [InlineData(false, true, false, false, "UTF8SMTP")]
    [InlineData(false, true, true, false, "UTF8SMTPS")]
    [InlineData(false, true, false, true, "UTF8SMTPA")]
    [InlineData(false, true, true, true, "UTF8SMTPSA")]
    [InlineData(true, false, false, false, "LMTP")]
    [InlineData(true, false, true, false, "LMTPS")]
    [InlineData(true, false, false, true, "LMTPA")]
    [InlineData(true, false, true, true, "LMTPSA")]
    [InlineData(true, true, false, false, "UTF8LMTP")]
    [InlineData(true, true, true, false, "UTF8LMTPS")]
    [InlineData(true, true, false, true, "UTF8LMTPA")]
    [InlineData(true, true, true, true, "UTF8LMTPSA")]
    public void Write_names_the_protocol_by_its_registered_word(bool isLmtp, bool isUtf8, bool isTls, bool isAuthenticated, string protocol)
    {
        var session = new SessionFacts
        {
            Client = IPEndPoint.Parse("192.0.2.7:1234"),
            Helo = "client.example",
            IsExtended = true,
            IsLmtp = isLmtp,
            TlsProtocol = isTls ? SslProtocols.Tls12 : SslProtocols.None,
            AuthenticatedAs = isAuthenticated ? "user" : null,
        };

        Assert.Contains($" with {protocol} id ", Write(session, null, isUtf8), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ü@b.example", true, true)]
    [InlineData("ü@b.example", false, false)]
    [InlineData("u@b.example", false, true)]
    public void Write_names_a_utf8_recipient_only_with_smtputf8(string recipient, bool isUtf8, bool isNamed)
    {
        var session = new SessionFacts { Client = IPEndPoint.Parse("192.0.2.7:1234"), Helo = "client.example", IsExtended = true };

        Assert.Equal(isNamed, Write(session, recipient, isUtf8).Contains($"for <{recipient}>", StringComparison.Ordinal));
    }

    private static string Write(SessionFacts session, string? recipient, bool isUtf8 = false)
    {
        var output = ZString.CreateUtf8StringBuilder();
        try
        {
            ReceivedField.Write(ref output, session, "mx.example", Id, recipient, Date, isUtf8);
            return output.ToString();
        }
        finally
        {
            output.Dispose();
        }
    }
}
