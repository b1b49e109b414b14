using System.Net;
using System.Net.Http.Json;
using System.Security.Authentication;
using MailManager.Management.Queue;
using MailManager.Mta.Cli;
using MailManager.Mta.Intake;
using MailManager.Queue;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;
using MailManager.Smtp.Server;

namespace MailManager.Mta.Tests.Hosting;

/// <summary>What was decided when a message came, as the management listener and <c>queue show</c> tell it while the message waits.</summary>
public sealed class QueueHistoryTests : IAsyncLifetime
{
    private const string Message = "Subject: x\r\n\r\nbody\r\n.\r\n";

    private static readonly RuleAction Relay = new RuleAction.Relay("inside", null, null);

    private Gateway _gateway = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await Gateway.StartAsync(
            ruleSet:
            [
                new Rule { Name = "never", Conditions = [Recipient("nobody@example.com")], Actions = [Relay] },
                new Rule { Name = "trial", Shadow = true, Actions = [new RuleAction.Drop()] },
                new Rule { Id = "first-id", Name = "first", Conditions = [new RuleAnyOf([Recipient("x@example.com"), Recipient("c@example.com")])], Actions = [Relay] },
                new Rule { Actions = [Relay] },
            ],
            policy:
            [
                new PolicyStatement(AcceptAction.Deny, [Statement(StringOperator.Equals, "denied@example.com")]),
                new PolicyStatement(AcceptAction.Allow, [new PolicyAnyOf([Statement(StringOperator.StartsWith, "b@"), Statement(StringOperator.StartsWith, "c@")])]),
            ]);
        _gateway.Inside.Script.On("MAIL", "451 4.3.0 Not now");
        _gateway.Bounces.Script.On("MAIL", "451 4.3.0 Not now");
        _http = new HttpClient { BaseAddress = _gateway.Management };
        _http.DefaultRequestHeaders.Authorization = new("Bearer", ManagementToken.Read(_gateway.DataDirectory).Text);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task A_message_is_shown_with_its_session_policy_and_rules()
    {
        var id = await AcceptAsync("c@example.com", "d@example.com", "b@example.com", "e@example.com");
        var text = await _http.GetStringAsync($"queue/messages/{id}");
        var message = await ShowAsync(id);
        Assert.Equal(id, message.Id);
        Assert.Null(message.History!.NotificationOf);

        var session = message.History.Session!;
        Assert.StartsWith("127.0.0.1:", session.Client, StringComparison.Ordinal);
        Assert.Equal(("ESMTP", "client.example", null, null, false, null), (session.Protocol, session.Helo, session.Tls, session.AuthenticatedAs, session.ImplicitTls, session.Certificate));
        Assert.NotEmpty(session.Id);

        var policy = message.History.Policy!;
        Assert.Equal("public-mx", policy.Name);
        Assert.Equal(["1", "default", "1"], policy.Statements.Select(statement => statement.Statement));
        Assert.Equal(["Conditions[0].AnyOf[1]"], policy.Statements[0].Alternatives);
        Assert.Equal(["Conditions[0].AnyOf[0]"], policy.Statements[2].Alternatives);
        Assert.Equal(["c@example.com"], policy.Statements[0].Recipients);
        Assert.Equal(["d@example.com", "e@example.com"], policy.Statements[1].Recipients);
        Assert.Equal(["b@example.com"], policy.Statements[2].Recipients);

        var rules = message.History.Rules!;
        Assert.Equal("gateway", rules.RuleSet);
        Assert.Equal([("first-id", 2, "first", false), ("Rules[3]", 3, null, false), ("trial", 1, "trial", true)], rules.Matched.Select(rule => (rule.Rule, rule.Index, rule.Name, rule.Shadow)));
        Assert.Equal(["Conditions[0].AnyOf[1]"], rules.Matched[0].Alternatives);
        Assert.Contains("\"matched\":[{\"rule\":\"first-id\",\"index\":2,\"name\":\"first\",\"shadow\":false,\"alternatives\":[\"Conditions[0].AnyOf[1]\"]}", text, StringComparison.Ordinal);
        Assert.DoesNotContain("authenticatedAs", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_that_are_decided_on_alike_and_otherwise_each_show_their_own()
    {
        string[] recipients = ["d@example.com", "d@example.com", "c@example.com", "d@example.com", "b@example.com", "c@example.com"];
        foreach (var recipient in recipients)
        {
            var history = (await ShowAsync(await AcceptAsync(recipient))).History!;
            var statement = Assert.Single(history.Policy!.Statements);
            var (name, alternative) = recipient[0] switch { 'd' => ("default", null), 'b' => ("1", "Conditions[0].AnyOf[0]"), _ => ("1", "Conditions[0].AnyOf[1]") };
            Assert.Equal((name, alternative), (statement.Statement, statement.Alternatives.SingleOrDefault()));
            Assert.Equal([recipient], statement.Recipients);
            Assert.Equal(recipient[0] == 'c' ? ["first-id", "Rules[3]", "trial"] : ["Rules[3]", "trial"], history.Rules!.Matched.Select(rule => rule.Rule));
        }

        foreach (var (filter, count) in new[] { ("rule=first", 2), ("rule=FIRST-ID", 2), ("rule=trial", 6), ("rule!=first and policy=public-*", 4), ("rule=never", 0) })
        {
            Assert.Equal(count, (await _http.GetFromJsonAsync($"queue/count?filter={Uri.EscapeDataString(filter)}", QueueJson.Default.CountAnswer))!.Count);
        }
    }

    [Fact]
    public async Task A_notification_is_shown_with_the_message_that_it_tells_of()
    {
        var id = await AcceptAsync("c@example.com");
        await OneAsync("state=deferred");
        var order = new OrderRequest { Order = OrderKind.Bounce, By = "ann", Filter = $"id={id}" };
        (await _http.PostAsync("queue/orders", JsonContent.Create(order, QueueJson.Default.OrderRequest))).EnsureSuccessStatusCode();

        var notification = await OneAsync("ingress-point=dsn and state=deferred");
        var message = await ShowAsync(notification.Id);
        Assert.Equal(id, message.History!.NotificationOf);
        Assert.Null(message.History.Session);
        Assert.Contains($"  notification  of message {id}", QueueText.Describe(message), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_text_has_a_line_for_each_thing()
    {
        var id = await AcceptAsync("c@example.com", "d@example.com");
        await OneAsync("state=deferred");
        var lines = QueueText.Describe(await ShowAsync(id)).Split(Environment.NewLine);
        Assert.Equal(id, lines[0]);
        Assert.Contains(lines, line => line.StartsWith("  received      20", StringComparison.Ordinal) && line.Contains(" by front-door, ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("  session       ", StringComparison.Ordinal) && line.EndsWith(", helo client.example", StringComparison.Ordinal));
        Assert.Contains("  tls           none", lines);
        Assert.Contains("  client is     not authenticated", lines);
        Assert.Contains("  policy        public-mx, statement 1 (Conditions[0].AnyOf[1]), allows <c@example.com>", lines);
        Assert.Contains("  policy        public-mx, its default, allows <d@example.com>", lines);
        Assert.Contains("  rule          gateway, first-id (Conditions[0].AnyOf[1]) matched", lines);
        Assert.Contains("  rule          gateway, trial, a shadow, matched and was not applied", lines);
        Assert.Contains("  to            <c@example.com>, <d@example.com>", lines);
        Assert.Contains(lines, line => line.StartsWith("  attempt 1, ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_session_shows_its_tls_and_who_it_is(bool isTls)
    {
        var session = SmtpSessionInfo.Imagine(
            "S1", IPEndPoint.Parse("[2001:db8::1]:25"), "h.example", isTls ? SslProtocols.Tls13 : SslProtocols.None, isTls ? "TLS_AES_256_GCM_SHA384" : null, isTls ? "ann" : null);
        var history = new SessionNotes(session).History;
        Assert.Equal(("S1", "[2001:db8::1]:25", "h.example", true), (history.Id, history.Client.ToString(), history.Helo, history.IsExtended));
        Assert.Equal(
            isTls ? (SslProtocols.Tls13, "TLS_AES_256_GCM_SHA384", "ann") : (SslProtocols.None, null, null),
            (history.TlsProtocol, history.TlsCipherSuite, history.AuthenticatedAs));
        Assert.Null(history.CertificateName);
    }

    private static RuleStringExpression Recipient(string value) =>
        new(new RuleStringOperand.Attribute(RuleStringEmailAttribute.Recipient), StringOperator.Equals, [value]);

    private static PolicyStringExpression Statement(StringOperator op, string value) =>
        new(new PolicyStringOperand.Attribute(PolicyStringAttribute.Recipient), op, [value]);

    private async Task<string> AcceptAsync(params string[] recipients)
    {
        var reply = await _gateway.SendAsync(Message, "a@b.example", recipients);
        Assert.StartsWith("250", reply, StringComparison.Ordinal);
        return reply[^26..];
    }

    private async Task<MessageAnswer> ShowAsync(string id) => (await _http.GetFromJsonAsync($"queue/messages/{id}", QueueJson.Default.MessageAnswer))!;

    /// <summary>Asks until the filter selects one delivery.</summary>
    private async Task<DeliveryView> OneAsync(string filter)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var answer = await _http.GetFromJsonAsync($"queue?filter={Uri.EscapeDataString(filter)}", QueueJson.Default.ListAnswer, patience.Token);
            if (answer!.Deliveries is [var delivery])
            {
                return delivery;
            }
        }
    }
}
