# What stands on every page, in the plain English of public services.

shell-skip = Skip to content
shell-language-wide = 言葉 / Language
shell-language-short = Language
shell-language-ja = 日本語
shell-language-easy = やさしい日本語
shell-language-en = English
shell-text-large-wide = Larger text
shell-text-large-short = Text +
shell-text-normal-wide = Normal text
shell-text-normal-short = Text −
shell-alert-level = Warning level { $n }

shell-help-title = Need help?
shell-help-phone = Telephone
shell-help-fax = Fax
shell-help-hours = Hours
shell-help-more = Contacts and help
shell-help-call = Ask us to call you
shell-demo = Demo (this city does not exist)
shell-foot-privacy = Your personal data
shell-foot-accessibility = Accessibility
shell-foot-city = City in numbers

shell-tabs = Main pages
shell-tab-home = Home
shell-tab-visits = Book
shell-tab-find = My visit
shell-tab-help = Help

shell-question-back = Back
shell-question-next = Next
shell-required = required
shell-optional = optional
shell-answers-change = Change
shell-errors-title = Please check what you entered
shell-errors-in-title = Check:
shell-pages = Pages
shell-pages-previous = Previous
shell-pages-next = Next

shell-error-next = What you can do
shell-error-status = No. { $status }
shell-error-reference = If you contact us, please mention “{ $reference }”.

shell-rail = Work
shell-rail-brand = { $city } staff
shell-rail-menu = Menu
shell-rail-close = Close
shell-rail-count = items
shell-staff-sign-out = Sign out
