namespace MailManager.Resources.Tests;

/// <summary>A document without errors that uses every condition and action of the API, and most keys.</summary>
internal static class FullDocument
{
    public const string FileName = "mailmanager.yaml";

    public const string Yaml = """
        Identities: [example.com, "user@example.org"]
        AddressLists: [{ AddressListName: staff }, { AddressListName: partners }]
        Secrets:
          - Name: exchange-login
            SecretString: { username: svc, password: "${env:EXCHANGE_PASSWORD}" }
          - Name: as-json
            SecretString: '{"username": "svc2", "password": "hunter-json"}'
          - Name: device-login
            SecretString: { password: "${env:EXCHANGE_PASSWORD}" }
            PreviousSecretString: '{"password": "before ${env:EXCHANGE_PASSWORD}"}'
        TrafficPolicies:
          - TrafficPolicyName: public-mx
            DefaultAction: DENY
            MaxMessageSizeBytes: 41943040
            Tags: [{ Key: team, Value: mail }]
            PolicyStatements:
              - Action: ALLOW
                Conditions:
                  - StringExpression: { Evaluate: { Attribute: RECIPIENT }, Operator: ENDS_WITH, Values: ["@example.com"] }
                  - StringExpression: { Evaluate: { Analysis: { Analyzer: "arn:aws:ses:x", ResultField: addon.score } }, Operator: EQUALS, Values: [low] }
                  - IpExpression: { Evaluate: { Attribute: SENDER_IP }, Operator: NOT_CIDR_MATCHES, Values: [192.0.2.0/24, 0.0.0.0/0] }
                  - Ipv6Expression: { Evaluate: { Attribute: SENDER_IPV6 }, Operator: CIDR_MATCHES, Values: ["2001:db8::/32"] }
              - Action: DENY
                Conditions:
                  - TlsExpression: { Evaluate: { Attribute: TLS_PROTOCOL }, Operator: MINIMUM_TLS_VERSION, Value: TLS1_3 }
                  - BooleanExpression: { Evaluate: { Analysis: { Analyzer: ai-1, ResultField: listed } }, Operator: IS_TRUE }
                  - BooleanExpression: { Evaluate: { IsInAddressList: { Attribute: RECIPIENT, AddressLists: [staff] } }, Operator: IS_FALSE }
        RuleSets:
          - RuleSetName: gateway
            Rules:
              - Name: to-exchange
                Conditions:
                  - BooleanExpression: { Evaluate: { Attribute: TLS_WRAPPED }, Operator: IS_FALSE }
                  - BooleanExpression: { Evaluate: { IsInAddressList: { Attribute: MAIL_FROM, AddressLists: ["arn:aws:ses:eu-west-1:123456789012:mailmanager-address-list/partners"] } }, Operator: IS_TRUE }
                  - StringExpression: { Evaluate: { Attribute: SUBJECT }, Operator: CONTAINS, Values: [invoice, no, "550"] }
                  - StringExpression: { Evaluate: { MimeHeaderAttribute: X-Spam }, Operator: STARTS_WITH, Values: [yes] }
                  - StringExpression: { Evaluate: { ClientCertificateAttribute: SAN_DNS_NAME }, Operator: NOT_EQUALS, Values: [a.example] }
                  - NumberExpression: { Evaluate: { Attribute: MESSAGE_SIZE }, Operator: LESS_THAN_OR_EQUAL, Value: 1.5e6 }
                Unless:
                  - IpExpression: { Evaluate: { Attribute: SOURCE_IP }, Operator: CIDR_MATCHES, Values: [206.55.128.0/22, 192.0.2.7, "2001:db8::1"] }
                  - VerdictExpression: { Evaluate: { Attribute: SPF }, Operator: EQUALS, Values: [FAIL, GRAY] }
                  - VerdictExpression: { Evaluate: { Analysis: { Analyzer: ai-2, ResultField: virus } }, Operator: NOT_EQUALS, Values: [PASS] }
                  - DmarcExpression: { Operator: NOT_EQUALS, Values: [REJECT] }
                Actions:
                  - AddHeader: { HeaderName: X-Gateway, HeaderValue: MailManager }
                  - ReplaceRecipient: { ReplaceWith: [other@example.com] }
                  - Relay: { Relay: to-exchange, MailFrom: REPLACE, ActionFailurePolicy: DROP }
                  - Archive: { TargetArchive: a-1 }
                  - WriteToS3: { RoleArn: "arn:aws:iam::123456789012:role/r", S3Bucket: bucket, S3Prefix: in/, S3SseKmsKeyId: abcdefghij-abcdefghij }
                  - Send: { RoleArn: "arn:aws:iam::123456789012:role/r" }
                  - DeliverToMailbox: { MailboxArn: "arn:aws:workmail:x", RoleArn: "arn:aws:iam::123456789012:role/r" }
              - Actions:
                  - DeliverToQBusiness: { ApplicationId: 00000000-0000-0000-0000-000000000001, IndexId: 00000000-0000-0000-0000-000000000002, RoleArn: "arn:aws:iam::123456789012:role/r" }
                  - PublishToSns: { TopicArn: "arn:aws:sns:eu-west-1:123456789012:topic", RoleArn: "arn:aws:iam::123456789012:role/r", Encoding: BASE64, PayloadType: HEADERS }
                  - Bounce: { RoleArn: "arn:aws:iam::123456789012:role/r", Sender: postmaster@example.com, StatusCode: 5.1.1, SmtpReplyCode: 550, DiagnosticMessage: No such user, Message: Sorry. }
                  - InvokeLambda: { FunctionArn: "arn:aws:lambda:eu-west-1:1:function:f", InvocationType: REQUEST_RESPONSE, RoleArn: "arn:aws:iam::123456789012:role/r", RetryTimeMinutes: 60 }
                  - Drop: {}
        Relays:
          - RelayName: to-exchange
            ServerName: exchange.example.com
            ServerPort: 587
            Authentication: { SecretArn: exchange-login }
            Tls: REQUIRED
          - RelayName: plain
            ServerName: 127.0.0.1
            ServerPort: 2526
            Authentication: { NoAuthentication: {} }
            Tls: NONE
        IngressPoints:
          - IngressPointName: front-door
            Type: OPEN
            TlsPolicy: OPTIONAL
            TrafficPolicyId: public-mx
            RuleSetId: gateway
            NetworkConfiguration: { PublicNetworkConfiguration: { IpType: DUAL_STACK } }
            Listeners: ["127.0.0.1:2525", "[::1]:2525", "127.0.0.1:0"]
          - IngressPointName: submission
            Type: AUTH
            TrafficPolicyId: "public-mx"
            RuleSetId: "gateway"
            IngressPointConfiguration: { SecretArn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:device-login-a1B2c3" }
            Credentials:
              - { Name: printer, SmtpPassword: "${env:EXCHANGE_PASSWORD}" }
              - { Name: scanner@example.com, SecretArn: device-login }
            Listeners:
              - "127.0.0.1:2587"
              - { Address: "127.0.0.1:2465", Tls: IMPLICIT, ProxyFrom: [198.51.100.7, "2001:db8:1::/48"], XClientFrom: [198.51.100.0/24] }
              - { Address: "127.0.0.1:2424", Protocol: LMTP }
            Limits:
              Sessions: 500
              Recipients: 200
              Transactions: 50
              Errors: 7
              UnknownCommands: 5
              CommandLine: 4096
              HeaderBlock: 524288
              HeaderField: 65536
              HeaderFields: 1500
              Hops: 30
              IdleTimeout: 2m
              SessionTime: 3h
              HandshakeTimeout: 15s
              DataTimeout: 20m
              MinDataRate: 1000
            Protection:
              DnsLists:
                Zones:
                  - { Name: zen.example, Answers: [127.0.0.2, 127.0.0.3] }
                  - { Name: any.example }
                Timeout: 4s
                OnFailure: DEFER
                Exempt: [203.0.113.0/24]
              GreetingDelay: 6s
              Greylisting: { Delay: 10m, Window: 2d, Lifetime: 40d, Exempt: [203.0.113.1, "2001:db8::7"] }
              RecipientVerification: { Relay: to-exchange, CacheTime: 8h, NegativeCacheTime: 9m, Timeout: 11s, OnFailure: ALLOW }
              Tarpit: { Delay: 12s, AfterErrors: 4 }
          - IngressPointName: partners
            Type: MTLS
            TlsPolicy: FIPS
            TrafficPolicyId: 'public-mx'
            RuleSetId: 'gateway'
            IngressPointConfiguration:
              TlsAuthConfiguration:
                TrustStore:
                  CAContent: "-----BEGIN CERTIFICATE----- ${env:EXCHANGE_PASSWORD}"
                  CrlContent: "-----BEGIN X509 CRL-----"
                  KmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/k"
                  OnExpiredCrl: IGNORE
            Listeners: [{ Address: "127.0.0.1:2526" }]
        """;

    /// <summary>What <c>${env:EXCHANGE_PASSWORD}</c> becomes; no error may contain it, nor the other one.</summary>
    public const string Password = "hunter-environment";

    public const string JsonPassword = "hunter-json";
}
