namespace MailManager.Mta.Guides;

/// <summary>The gateway's own side: a whole configuration that hands all mail of a domain to its provider.</summary>
internal static class GuideConfiguration
{
    /// <summary>YAML that <c>mailmanager check</c> has nothing against.</summary>
    /// <param name="facts">Names and addresses.</param>
    /// <param name="relay">Name of the relay.</param>
    /// <param name="server">The provider's server.</param>
    public static string Write(GuideFacts facts, string relay, string server) => $$"""
        Node:
          Hostname: {{facts.Hostname}}
        Identities: [ {{facts.Domain}} ]
        TrafficPolicies:
          - TrafficPolicyName: public-mx
            DefaultAction: DENY
            PolicyStatements:
              - Action: ALLOW
                Conditions:
                  - StringExpression: { Evaluate: { Attribute: RECIPIENT }, Operator: ENDS_WITH, Values: ["@{{facts.Domain}}"] }
        RuleSets:
          - RuleSetName: gateway
            Rules:
              - Name: to-{{relay}}
                Actions:
                  - Relay: { Relay: {{relay}}, MailFrom: PRESERVE }
        Relays:
          - RelayName: {{relay}}
            ServerName: {{server}}
            ServerPort: 25
            Authentication: { NoAuthentication: {} }
            Tls: REQUIRED
        IngressPoints:
          - IngressPointName: front-door
            Type: OPEN
            TlsPolicy: OPTIONAL
            TrafficPolicyId: public-mx
            RuleSetId: gateway
            Listeners: ["0.0.0.0:25"]
        """ + (facts.EgressAddresses.IsEmpty ? "\n" : $"\nDelivery:\n  EgressAddresses: [ {string.Join(", ", facts.EgressAddresses.Select(address => $"\"{address}\""))} ]\n");

}
