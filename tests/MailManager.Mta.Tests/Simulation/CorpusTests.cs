using System.Net;
using System.Text;
using MailManager.Mta.Simulation.Corpus;
using MailManager.Resources.RuleTests;
using MailManager.Resources.TrafficPolicies;
using MimeKit;

namespace MailManager.Mta.Tests.Simulation;

public sealed class CorpusTests : IDisposable
{
    private readonly SimulationFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Messages_are_read_from_all_folders_in_the_order_of_their_names()
    {
        _fixture.Write("corpus/b.eml", SimulationFixture.Plain);
        _fixture.Write("corpus/a/c.eml", SimulationFixture.Plain);
        _fixture.Write("corpus/readme.txt", "no message");
        Assert.Equal(["a/c.eml", "b.eml"], Read().Select(sample => sample.Name));
    }

    [Fact]
    public void An_envelope_file_says_how_a_message_came()
    {
        _fixture.Write("corpus/a.eml", SimulationFixture.Plain);
        _fixture.Write("corpus/a.envelope.yaml", """
            IngressPoint: side-door
            Ip: 2001:db8::1
            Helo: mail.sender.example
            MailFrom: bounce@sender.example
            Recipients: [ one@example.com, two@example.com ]
            Tls: TLS1_3
            """);
        var sample = Assert.Single(Read());
        Assert.Equal("side-door", sample.IngressPoint);
        Assert.Equal(IPAddress.Parse("2001:db8::1"), sample.Envelope.Ip);
        Assert.Equal(["one@example.com", "two@example.com"], sample.Envelope.Recipients);
        Assert.Equal(TlsProtocolVersion.Tls13, sample.Envelope.Tls);
    }

    [Fact]
    public void A_wrong_envelope_file_is_reported_and_its_message_skipped()
    {
        _fixture.Write("corpus/a.eml", SimulationFixture.Plain);
        _fixture.Write("corpus/a.envelope.json", """{ "Recipients": [], "Colour": "red" }""");
        var reports = new List<string>();
        Assert.Empty(Read(reports));
        Assert.Contains("'Colour'", Assert.Single(reports), StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_without_any_recipient_is_reported_and_skipped()
    {
        _fixture.Write("corpus/a.eml", "Subject: x\n\n");
        var reports = new List<string>();
        Assert.Empty(Read(reports));
        Assert.StartsWith("a.eml: skipped", Assert.Single(reports), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Delivered-To: bob@example.com\nTo: list@elsewhere.example", "bob@example.com")]
    [InlineData("X-Original-To: alias@example.com\nDelivered-To: bob@example.com", "alias@example.com")]
    [InlineData("To: Bob <bob@example.com>, amy@example.com\nCc: BOB@example.com", "bob@example.com,amy@example.com")]
    public void Recipients_are_those_that_servers_wrote_down_else_those_of_the_header(string header, string recipients) =>
        Assert.Equal(recipients, string.Join(',', Guess(header)!.Recipients));

    [Theory]
    [InlineData("Return-Path: <bounce@sender.example>\nFrom: ann@sender.example", "bounce@sender.example")]
    [InlineData("Return-Path: <>\nFrom: ann@sender.example", "")]
    [InlineData("From: Ann <ann@sender.example>", "ann@sender.example")]
    [InlineData("Subject: x", "")]
    public void The_sender_is_the_return_path_else_the_author(string header, string sender) => Assert.Equal(sender, Guess($"{header}\nTo: bob@example.com")!.MailFrom);

    [Theory]
    [InlineData("from mail.sender.example (unknown [203.0.113.7]) by mx.example.com with ESMTPS; Tue, 24 Nov 2026 10:00:00 +0000", "203.0.113.7", "mail.sender.example", TlsProtocolVersion.Tls13)]
    [InlineData("from a.example ([IPv6:2001:db8::5]) (using TLSv1.2 with cipher X) by mx.example.com with ESMTPSA id 1", "2001:db8::5", "a.example", TlsProtocolVersion.Tls12)]
    [InlineData("from b.example (b.example [192.0.2.77]) by mx.example.com with SMTP id 1", "192.0.2.77", "b.example", null)]
    public void The_client_is_that_of_the_newest_received_field(string received, string client, string helo, TlsProtocolVersion? tls)
    {
        var guess = Guess($"Received: {received}\nReceived: from x.example ([198.51.100.1]) by y.example\nTo: bob@example.com")!;
        Assert.Equal((client, helo, tls), (guess.Ip.ToString(), guess.Helo, guess.Tls));
    }

    private static TestEnvelope? Guess(string header)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(header.ReplaceLineEndings("\r\n") + "\r\n\r\n"));
        return HeaderEnvelope.Guess(new MimeParser(stream, MimeFormat.Entity).ParseHeaders());
    }

    private MailManager.Mta.Simulation.Sample[] Read(List<string>? reports = null) =>
        new CorpusReader(_fixture.PathOf("corpus"), "front-door").Read((reports ?? []).Add).ToArray();
}
