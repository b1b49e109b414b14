namespace MailManager.Resources.Tests;

/// <summary>A document without errors that uses what rules and policies have beyond the API (+), and what they refer to.</summary>
internal static class LanguageDocument
{
    public const string Yaml = """
        IpSets:
          - IpSetName: offices
            Values: [203.0.113.0/25, 203.0.113.200, "2001:db8:5::/48"]
          - { IpSetName: blocked, File: ranges.txt }
        AddressLists:
          - AddressListName: staff
            Addresses: [boss@example.com, "*@staff.example.com", "123*@example.com", "boss@*.example.com", "*.branch.example.com", "@example.net"]
            Tags: [{ Key: owner, Value: hr }]
          - AddressListName: partners
            Files: [{ Path: members.csv, Type: CSV }, { Path: members.json, Type: JSON }]
        TrafficPolicies:
          - TrafficPolicyName: strict
            DefaultAction: ALLOW
            PolicyStatements:
              - Action: DENY
                ReplyText: Not from there, see https://example.com/blocked
                Conditions:
                  - AnyOf:
                      - IpExpression: { Evaluate: { Attribute: SENDER_IP }, Operator: CIDR_MATCHES, IpSets: [blocked, ses-mail-manager.eu-west-1] }
                      - Ipv6Expression: { Evaluate: { Attribute: SENDER_IPV6 }, Operator: CIDR_MATCHES, Values: ["2001:db8:bad::/48"], IpSets: [offices] }
                      - AllOf:
                          - Not: { VerdictExpression: { Evaluate: { Attribute: DMARC }, Operator: EQUALS, Values: [PASS] } }
                          - DmarcExpression: { Operator: EQUALS, Values: [QUARANTINE] }
                  - StringExpression: { Evaluate: { Attribute: REVERSE_DNS }, Operator: NOT_MATCHES, Values: ['^mail\d+\.', '\.example$'] }
        RuleSets:
          - RuleSetName: checks
            Rules:
              - Id: no-invoices
                Description: Programs in attachments and forged invoices
                Enabled: false
                Shadow: true
                Conditions:
                  - AnyOf:
                      - AllOf:
                          - StringExpression: { Evaluate: { Attribute: ATTACHMENT_NAME }, Operator: MATCHES, Values: ['\.(exe|scr)$'] }
                          - NumberExpression: { Evaluate: { Attribute: ATTACHMENT_COUNT }, Operator: GREATER_THAN, Value: 2 }
                      - Not: { BooleanExpression: { Evaluate: { Attribute: TOO_COMPLEX }, Operator: IS_FALSE } }
                Unless:
                  - Not: { IpExpression: { Evaluate: { Attribute: SOURCE_IP }, Operator: NOT_CIDR_MATCHES, IpSets: [offices], Values: [192.0.2.9] } }
                  - StringExpression: { Evaluate: { MimeHeaderAttribute: List-Id }, Operator: EQUALS, Values: [list.example.com] }
                Actions:
                  - SetHeader: { HeaderName: Subject, HeaderValue: "[checked]" }
                  - RemoveHeader: { HeaderName: X-Spam }
                  - ReplaceRecipient: { Mapping: [{ From: old@example.com, To: [new@example.com, "@example.org"] }, { From: "@example.net", To: ["@example.com"] }] }
                  - ReplaceRecipient: { Pattern: { Matches: '(?<user>.+)\+(.+)@example\.com', ReplaceWith: "${user}@$1.example.com" } }
                  - Reject: { SmtpReplyCode: 550, StatusCode: 5.7.1, Message: Not here }
              - Id: all-else
                Actions: [{ Relay: { Relay: inside } }]
        Relays: [{ RelayName: inside, ServerName: mx.example.com, ServerPort: 25, Authentication: { NoAuthentication: {} } }]
        IngressPoints: [{ IngressPointName: front-door, Type: OPEN, TrafficPolicyId: strict, RuleSetId: checks, Listeners: ["127.0.0.1:2525"] }]
        Tests:
          - Name: mail from a partner
            IngressPoint: front-door
            Envelope:
              Ip: 198.51.100.7
              Helo: mail.example.net
              MailFrom: a@example.net
              Recipients: [b@example.com, c@example.com]
              Tls: TLS1_3
              AuthenticatedAs: printer
              ReverseDns: mx.example.net
            Message: "Subject: x\n\nHello\r\nyou"
            Expect:
              - { Recipient: b@example.com, Disposition: "relay inside to other@example.com, bounce 550 5.1.1, drop" }
              - { Recipient: c@example.com, Disposition: refuse 550 5.7.1 }
          - Name: a bounce
            IngressPoint: front-door
            Envelope: { MailFrom: "", Recipients: [d@example.com] }
            MessageFile: message.eml
            Expect: [{ Recipient: d@example.com, Disposition: "send to e@example.com" }]
          - Name: fields in a map
            IngressPoint: front-door
            Envelope: { Recipients: [f@example.com] }
            Headers: { Subject: Grüße, Received: [by a, by b] }
            Expect: [{ Recipient: f@example.com, Disposition: fail 5.7.0 }]
          - Name: fields in a list
            IngressPoint: front-door
            Envelope: { Recipients: [g@example.com] }
            Headers: [{ Name: To, Value: "" }, { Name: X-Spam, Value: "yes" }, { Name: To, Value: a@example.com }]
            Expect: [{ Recipient: g@example.com, Disposition: reject 550 5.7.2 }]
        """;
}
