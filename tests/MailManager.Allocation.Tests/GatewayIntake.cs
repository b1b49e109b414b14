using System.Text;
using MailManager.Delivery;
using MailManager.Delivery.Dsn;
using MailManager.Messages.Bytes;
using MailManager.Mta.Configuration;
using MailManager.Mta.Hosting;
using MailManager.Mta.Intake;
using MailManager.Mta.Protection;
using MailManager.Queue;
using MailManager.Smtp.Limits;
using MailManager.TestKit.Load;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailManager.Allocation.Tests;

/// <summary>Everything between a listener and the queue, as configured: policy, identities, rules, trace field. The queue takes and forgets.</summary>
internal sealed class GatewayIntake : IDisposable
{
    private const string Configuration = """
        Node: { Hostname: mx.example.com }
        Identities: [ example.com ]
        TrafficPolicies:
          - TrafficPolicyName: all
            DefaultAction: DENY
            PolicyStatements:
              - Action: ALLOW
                Conditions:
                  - StringExpression: { Evaluate: { Attribute: RECIPIENT }, Operator: ENDS_WITH, Values: ["@example.com"] }
        RuleSets:
          - RuleSetName: relay
            Rules:
              - Actions:
                  - Relay: { Relay: inside, MailFrom: PRESERVE }
        Relays:
          - RelayName: inside
            ServerName: 127.0.0.1
            ServerPort: 2525
            Authentication: { NoAuthentication: {} }
            Tls: NONE
        IngressPoints:
          - IngressPointName: front-door
            Type: OPEN
            TlsPolicy: OPTIONAL
            TrafficPolicyId: all
            RuleSetId: relay
            Listeners: ["127.0.0.1:0"]
        """;

    private readonly IntakeMetrics _metrics = new();

    public GatewayIntake()
    {
        var directory = Path.GetTempPath();
        using var text = new MemoryStream(Encoding.UTF8.GetBytes(Configuration));
        var result = ConfigurationFile.Load(text, "test.yaml", new ConfigurationSource { BaseDirectory = directory, DataDirectory = directory });
        Assert.True(result.Configuration is not null, string.Join('\n', result.Errors));
        var (ready, errors) = CheckedConfiguration.MakeAsync(result.Configuration, TimeProvider.System).GetAwaiter().GetResult();
        Assert.Empty(errors);
        var services = new IntakeServices(
            "mx.example.com", TimeSpan.FromHours(14), Queue, NoFiles.Instance, new DsnBuilder(new DeliveryOptions { Hostname = "mx.example.com" }), _metrics,
            new ProtectionServices(null, null, null, NullLogger<ClientGuard>.Instance), new ReverseNames(DnsListQuery.CreateResolver(), TimeProvider.System), new MemoryGauge(long.MaxValue), TimeProvider.System,
            NullLogger<IngressService>.Instance);
        Service = new IngressService(services, ready!.IngressPoints[0].Runtime);
    }

    public IngressService Service { get; }

    public ForgettingQueue Queue { get; } = new();

    public void Dispose() => _metrics.Dispose();

    /// <summary>Answers from another thread, as the queue does after its sync.</summary>
    internal sealed class ForgettingQueue : IMailQueue
    {
        private readonly PooledAnswer<AcceptResult> _answer = new();

        public int Accepted { get; private set; }

        public ValueTask<AcceptResult> AcceptAsync(params ReadOnlySpan<AcceptedMessage> messages)
        {
            Accepted++;
            return _answer.Give(AcceptResult.Committed);
        }

        public void Settle(QueuedDelivery delivery, DeliverySettlement settlement) => throw new NotSupportedException();

        public ValueTask<MessageContent> OpenContentAsync(QueuedDelivery delivery, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    /// <summary>Messages of 10 KiB stay in memory.</summary>
    private sealed class NoFiles : IBodyFileStore
    {
        public static readonly NoFiles Instance = new();

        public IBodyFile Create() => throw new NotSupportedException();
    }
}
