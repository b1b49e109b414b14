using System.Text;
using MailManager.Messages.Headers;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Rules.Mime;
using MailManager.Rules.Operands;
using MailManager.Rules.RuleSets;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;

namespace MailManager.Rules.Tests.RuleSets;

public class AttachmentConditionTests
{
    private static readonly AttachmentFacts Two = new(new MimeContents(
        [new Attachment("Invoice.PDF", "application/pdf", 1_000), new Attachment("", "image/png", 50)], Problem: null));

    [Theory]
    [InlineData(RuleStringEmailAttribute.AttachmentName, StringOperator.EndsWith, ".pdf", true)]
    [InlineData(RuleStringEmailAttribute.AttachmentName, StringOperator.EndsWith, ".exe", false)]
    [InlineData(RuleStringEmailAttribute.AttachmentName, StringOperator.NotEquals, "invoice.pdf", false)]
    [InlineData(RuleStringEmailAttribute.AttachmentType, StringOperator.StartsWith, "image/", true)]
    [InlineData(RuleStringEmailAttribute.AttachmentType, StringOperator.Equals, "image", false)]
    public void Names_and_types_are_any_of_or_none_of(RuleStringEmailAttribute attribute, StringOperator op, string value, bool expected) =>
        Assert.Equal(expected, Applies(With(Two), String(attribute, op, value)));

    [Theory]
    [InlineData(RuleNumberEmailAttribute.AttachmentCount, NumberOperator.Equals, 2, true)]
    [InlineData(RuleNumberEmailAttribute.AttachmentCount, NumberOperator.GreaterThan, 2, false)]
    [InlineData(RuleNumberEmailAttribute.AttachmentSize, NumberOperator.GreaterThan, 999, true)]
    [InlineData(RuleNumberEmailAttribute.AttachmentSize, NumberOperator.LessThan, 51, true)]
    [InlineData(RuleNumberEmailAttribute.AttachmentSize, NumberOperator.GreaterThan, 1_000, false)]
    [InlineData(RuleNumberEmailAttribute.AttachmentSize, NumberOperator.NotEquals, 50, false)]
    [InlineData(RuleNumberEmailAttribute.AttachmentSize, NumberOperator.NotEquals, 51, true)]
    public void Numbers_are_of_all_or_any_of_each(RuleNumberEmailAttribute attribute, NumberOperator op, double value, bool expected) =>
        Assert.Equal(expected, Applies(With(Two), Number(attribute, op, value)));

    [Fact]
    public void Without_attachments_only_negative_conditions_hold()
    {
        var none = With(AttachmentFacts.None);
        Assert.False(Applies(none, Flag(RuleBooleanEmailAttribute.HasAttachments)));
        Assert.True(Applies(none, Flag(RuleBooleanEmailAttribute.HasAttachments, expected: false)));
        Assert.True(Applies(none, Number(RuleNumberEmailAttribute.AttachmentCount, NumberOperator.Equals, 0)));
        Assert.False(Applies(none, Number(RuleNumberEmailAttribute.AttachmentSize, NumberOperator.GreaterThanOrEqual, 0)));
        Assert.True(Applies(none, Number(RuleNumberEmailAttribute.AttachmentSize, NumberOperator.NotEquals, 0)));
        Assert.False(Applies(none, String(RuleStringEmailAttribute.AttachmentName, StringOperator.Contains, "a")));
        Assert.True(Applies(none, String(RuleStringEmailAttribute.AttachmentName, StringOperator.NotEquals, "a")));
        Assert.True(Applies(With(Two), Flag(RuleBooleanEmailAttribute.HasAttachments)));
    }

    [Fact]
    public void Too_complex_is_a_condition_of_its_own()
    {
        Assert.True(Applies(With(new AttachmentFacts(new MimeContents([], MimeProblem.Parts))), Flag(RuleBooleanEmailAttribute.TooComplex)));
        Assert.False(Applies(With(Two), Flag(RuleBooleanEmailAttribute.TooComplex)));
        Assert.True(Applies(With(Two), Flag(RuleBooleanEmailAttribute.TooComplex, expected: false)));
    }

    private static readonly RuleCondition HasPdf = String(RuleStringEmailAttribute.AttachmentName, StringOperator.EndsWith, ".pdf");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_content_is_read_once_however_many_conditions_and_recipients_ask(bool compiled) =>
        Assert.Equal(1, Reads(compiled, When(HasPdf, Relay("R")), When(Any(Recipient("a@x"), HasPdf), Relay("R1")), When(Flag(RuleBooleanEmailAttribute.TooComplex), Drop)));

    /// <summary>Whatever could decide without it is asked before, rules that drop the message included.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_content_is_not_read_where_no_condition_asks(bool compiled)
    {
        Assert.Equal(0, Reads(compiled, Always(Relay("R"))));
        Assert.Equal(0, Reads(compiled, Always(Drop), When(HasPdf, Relay("R"))));
        Assert.Equal(0, Reads(compiled, new Rule { Conditions = [HasPdf, Recipient("z@x")], Actions = [Relay("R")] }));
        Assert.Equal(0, Reads(compiled, new Rule { Conditions = [HasPdf, Flag(RuleBooleanEmailAttribute.Tls)], Actions = [Relay("R")] }));
        Assert.Equal(0, Reads(compiled, When(All(HasPdf, Recipient("z@x")), Relay("R"))));
        Assert.Equal(0, Reads(compiled, When(HasPdf, Relay("R")) with { Enabled = false }));
    }

    [Fact]
    public void Attachments_are_found_in_the_content_as_received()
    {
        var content = Encoding.ASCII.GetBytes(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--\r\n");
        var headers = new HeaderIndex();
        headers.Build(content);
        var input = new RuleInput();
        input.SetSession(TestInput.Session());
        input.SetMessage("sender@example.net", content, headers, content.Length, () => new MemoryStream(content));
        Assert.True(Applies(input, HasPdf, Number(RuleNumberEmailAttribute.AttachmentSize, NumberOperator.Equals, 3), Number(RuleNumberEmailAttribute.AttachmentCount, NumberOperator.Equals, 1)));
        input.SetMessage("sender@example.net", content, headers, content.Length);
        Assert.True(Applies(input, Flag(RuleBooleanEmailAttribute.HasAttachments, expected: false)));
    }

    private static int Reads(bool compiled, params Rule[] rules)
    {
        var reads = 0;
        var input = new RuleInput(open =>
        {
            reads++;
            Assert.Same(Stream.Null, open());
            return Two;
        });
        input.SetSession(TestInput.Session());
        input.SetMessage("sender@example.net", default, new HeaderIndex(), 10, () => Stream.Null);
        var ruleSet = Compile(rules);
        if (compiled)
        {
            ruleSet.CompileInBackground().Wait();
        }

        ruleSet.Evaluate(input, ["a@x", "b@x", "c@x"], new RuleEvaluation());
        return reads;
    }

    private static RuleInput With(AttachmentFacts attachments) => TestInput.Message(attachments: attachments);
}
