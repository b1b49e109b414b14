using System.Globalization;
using MailManager.Resources.RuleSets;
using MailManager.Rules.Expressions;
using MailManager.Smtp.Replies;

namespace MailManager.Rules.RuleSets;

/// <summary>From Reject and Bounce actions to operations. Used for one rule set, so that equal notices become one object.</summary>
internal sealed class NoticeOperations(ConditionBuilder errors)
{
    /// <summary>Characters of a reply's text (API: <c>DiagnosticMessage</c>): with code, status and reference it fits into a reply line.</summary>
    private const int MaxText = 256;

    /// <summary>Says that the server closes the connection (RFC 5321 §3.8), which a rule does not.</summary>
    private const int ClosingCode = 421;

    private readonly Dictionary<FailureNotice, FailureNotice> _notices = [];

    /// <summary>The operation, or null and an error.</summary>
    public RuleOperation? Build(RuleAction.Reject action, string path)
    {
        if (Read(action.SmtpReplyCode, action.StatusCode, action.Message, path, "Message") is not { } notice)
        {
            return null;
        }

        if (notice.Code == ClosingCode)
        {
            errors.Error($"{path}.SmtpReplyCode", "421 would close the connection; use another 4xx code such as 450");
            return null;
        }

        if (notice.Code / 100 != notice.Status.Class)
        {
            errors.Error($"{path}.StatusCode", $"{action.StatusCode} and the reply code {notice.Code} must both be temporary (4) or both be final (5)");
            return null;
        }

        return new RuleOperation.Reject(Only(notice));
    }

    /// <summary>The operation, or null and an error. Code and status may be of different classes, as the API allows.</summary>
    public RuleOperation? Build(RuleAction.Bounce action, string path)
    {
        var notice = Read(action.SmtpReplyCode, action.StatusCode, action.DiagnosticMessage, path, "DiagnosticMessage");
        var isSender = EmailAddressText.IsAddress(action.Sender);
        if (!isSender)
        {
            errors.Error($"{path}.Sender", "an address of the form local@domain is needed");
        }

        var isMessage = action.Message is null || action.Message.All(c => c is '\r' or '\n' or (>= ' ' and <= '~'));
        if (!isMessage)
        {
            errors.Error($"{path}.Message", "printable ASCII characters and line breaks are needed");
        }

        return notice is not null && isSender && isMessage
            ? new RuleOperation.Bounce(Only(notice with { Sender = action.Sender, Message = action.Message }), action.OnFailure ?? ActionFailurePolicy.Continue)
            : null;
    }

    private FailureNotice Only(FailureNotice notice)
    {
        if (!_notices.TryAdd(notice, notice))
        {
            notice = _notices[notice];
        }

        return notice;
    }

    private FailureNotice? Read(string code, string status, string text, string path, string textMember)
    {
        var isCode = code.Length == 3 && code[0] is '4' or '5' && code.All(char.IsAsciiDigit);
        if (!isCode)
        {
            errors.Error($"{path}.SmtpReplyCode", "a reply code from 400 to 599 is needed");
        }

        var isStatus = TryReadStatus(status, out var read);
        if (!isStatus)
        {
            errors.Error($"{path}.StatusCode", "a status code of the form 4.x.y or 5.x.y is needed");
        }

        var isText = text.Length is > 0 and <= MaxText && text.All(c => c is >= ' ' and <= '~');
        if (!isText)
        {
            errors.Error($"{path}.{textMember}", $"1 to {MaxText} printable ASCII characters are needed");
        }

        return isCode && isStatus && isText ? new FailureNotice(int.Parse(code, CultureInfo.InvariantCulture), read, text) : null;
    }

    /// <summary>RFC 3463 §2: a class and two numbers of up to three digits.</summary>
    private static bool TryReadStatus(string text, out EnhancedStatus status)
    {
        status = default;
        var parts = text.Split('.');
        if (parts is not ["4" or "5", { Length: >= 1 and <= 3 } subject, { Length: >= 1 and <= 3 } detail]
            || !ushort.TryParse(subject, NumberStyles.None, CultureInfo.InvariantCulture, out var subjectNumber)
            || !ushort.TryParse(detail, NumberStyles.None, CultureInfo.InvariantCulture, out var detailNumber))
        {
            return false;
        }

        status = new EnhancedStatus((byte)(parts[0][0] - '0'), subjectNumber, detailNumber);
        return true;
    }
}
