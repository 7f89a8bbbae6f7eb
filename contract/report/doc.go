// Package report writes a [contract.Report] for its readers: [Terminal], [HTML]
// and [Markdown] for people, [JSON] for programs, [JUnit] for build servers,
// [SARIF] for code scanning, [GitHub] and [GitLab] for theirs, [HAR] for viewers
// of traffic. [RulesMarkdown] writes the table of rules as a page.
//
// All writers take what they need from the Report and nothing else, so a
// report that was gathered only in part, because the run was interrupted or
// the server went away, is written like any other. What they say agrees:
// a Report with exit status 0 has no failure and no error in its JUnit form,
// and "PASS" in its last terminal line.
//
//	r := suite.Run(ctx)
//	colour := report.Colours(os.Stdout, os.Getenv)
//	if err := report.Terminal(os.Stdout, r, report.TerminalOptions{Colour: colour}); err != nil {
//		return err
//	}
package report
