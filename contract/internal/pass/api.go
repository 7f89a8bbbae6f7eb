package pass

const formType = "application/x-www-form-urlencoded"
